/** Where the names of groups stand on the map: amid their members or above them, the largest first, and none on another. No DOM. */
import type { Bitset } from "../selection";
import type { Group, Groups } from "./map-groups";
import { type MapView, type Positions, toPixelX, toPixelY } from "./map-view";

export interface Place {
  group: Group;
  /** The row nearest to the mean of the members: the mean itself may lie among others. */
  centre: number;
  /** Root mean square distance of the members from their mean, in units of the map. */
  spread: number;
}

/** In the order of the groups; those without members have no place. */
export function placesOf(
  positions: Positions,
  { of, groups }: Groups,
  visible: Bitset | null = null,
): Place[] {
  const count = groups.reduce((most, { index }) => Math.max(most, index + 1), 0);
  const sums = new Float64Array(2 * count);
  const sizes = new Uint32Array(count);
  const isNamed = new Uint8Array(count);
  for (const { index } of groups) isNamed[index] = 1;
  for (let row = 0; row < of.length; row++) {
    const group = of[row]!;
    if (!isNamed[group] || (visible && !visible.has(row))) continue;
    sums[2 * group]! += positions[2 * row]!;
    sums[2 * group + 1]! += positions[2 * row + 1]!;
    sizes[group]!++;
  }
  const centre = new Uint32Array(count);
  const spread = new Float64Array(count);
  const nearest = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  for (let row = 0; row < of.length; row++) {
    const group = of[row]!;
    if (!isNamed[group] || (visible && !visible.has(row))) continue;
    const x = positions[2 * row]! - sums[2 * group]! / sizes[group]!;
    const y = positions[2 * row + 1]! - sums[2 * group + 1]! / sizes[group]!;
    const squared = x * x + y * y;
    spread[group]! += squared / sizes[group]!;
    if (squared >= nearest[group]!) continue;
    nearest[group] = squared;
    centre[group] = row;
  }
  return groups
    .filter(({ index }) => sizes[index]! > 0)
    .map((group) => ({
      group,
      centre: centre[group.index]!,
      spread: Math.sqrt(spread[group.index]!),
    }));
}

/** How far above the centre a name stands: a group that it would hide, being as small, stays in sight below it. */
export function liftOf(reach: number, { width, height }: Pick<Label, "width" | "height">): number {
  return 2 * reach < width ? reach + height / 2 : 0;
}

export interface Label {
  group: Group;
  /** Middle, in pixels. */
  x: number;
  y: number;
  width: number;
  height: number;
  /** Whether there is room for it. */
  isShown: boolean;
}

export interface LabelFrame {
  positions: Positions;
  view: MapView;
  extent: { width: number; height: number };
  pointSize: number;
  /** Half the side of the picture that stands at a row; 0 where none does. */
  pictureReach(row: number): number;
  widthOf(group: Group): number;
  height: number;
}

/** The names of the groups whose centre is in view. */
export function placeLabels(places: readonly Place[], frame: LabelFrame): Label[] {
  const { positions, view, extent, pointSize, height } = frame;
  const labels: Label[] = [];
  for (const { group, centre, spread } of places) {
    const x = toPixelX(view, positions[2 * centre]!);
    const y = toPixelY(view, positions[2 * centre + 1]!);
    if (x < 0 || x > extent.width || y < 0 || y > extent.height) continue;
    const width = frame.widthOf(group);
    // Twice the spread is where most members end; a point reaches beyond its place by its radius.
    const reach = 2 * spread * view.scale + pointSize / 2;
    // On the upper edge of a picture rather than across it.
    const up = frame.pictureReach(centre) || liftOf(reach, { width, height });
    const within = (value: number, half: number, end: number) =>
      Math.min(Math.max(value, half + 2), Math.max(half + 2, end - half - 2));
    labels.push({
      group,
      x: within(x, width / 2, extent.width),
      y: within(y - up, height / 2, extent.height),
      width,
      height,
      isShown: false,
    });
  }
  return withoutOverlap(labels);
}

/** Shows, in the order given, the labels that overlap none shown before. */
export function withoutOverlap(labels: readonly Label[]): Label[] {
  const shown: Label[] = [];
  return labels.map((label) => {
    const isShown = shown.every(
      (other) =>
        Math.abs(other.x - label.x) * 2 >= other.width + label.width ||
        Math.abs(other.y - label.y) * 2 >= other.height + label.height,
    );
    const placed = { ...label, isShown };
    if (isShown) shown.push(placed);
    return placed;
  });
}
