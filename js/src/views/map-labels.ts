/** Where cluster names stand on the map: amid their members or above them, the largest first, and none on another. No DOM. */
import type { Clusters } from "../store";
import type { Positions } from "./map-view";

export interface ClusterPlaces {
  /** The row nearest to the mean of the members: the mean itself may lie among others. */
  centre: Uint32Array;
  /** Root mean square distance of the members from their mean, in units of the map. */
  spread: Float32Array;
}

export function clusterPlaces(positions: Positions, { k, labels, size }: Clusters): ClusterPlaces {
  const sums = new Float64Array(2 * k);
  for (let row = 0; row < labels.length; row++) {
    sums[2 * labels[row]!]! += positions[2 * row]!;
    sums[2 * labels[row]! + 1]! += positions[2 * row + 1]!;
  }
  const centre = new Uint32Array(k);
  const spread = new Float32Array(k);
  const nearest = new Float64Array(k).fill(Number.POSITIVE_INFINITY);
  for (let row = 0; row < labels.length; row++) {
    const cluster = labels[row]!;
    const distance = Math.hypot(
      positions[2 * row]! - sums[2 * cluster]! / size[cluster]!,
      positions[2 * row + 1]! - sums[2 * cluster + 1]! / size[cluster]!,
    );
    spread[cluster]! += distance ** 2 / size[cluster]!;
    if (distance >= nearest[cluster]!) continue;
    nearest[cluster] = distance;
    centre[cluster] = row;
  }
  return { centre, spread: spread.map(Math.sqrt) };
}

/** How far above the centre a name stands: a cluster that it would hide, being as small, stays in sight below it. */
export function liftOf(reach: number, { width, height }: Pick<Label, "width" | "height">): number {
  return 2 * reach < width ? reach + height / 2 : 0;
}

export interface Label {
  cluster: number;
  /** Middle, in pixels. */
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Keeps, in the order given, the labels that overlap none kept before. */
export function withoutOverlap(labels: readonly Label[]): Label[] {
  const kept: Label[] = [];
  for (const label of labels) {
    const isFree = kept.every(
      (other) =>
        Math.abs(other.x - label.x) * 2 >= other.width + label.width ||
        Math.abs(other.y - label.y) * 2 >= other.height + label.height,
    );
    if (isFree) kept.push(label);
  }
  return kept;
}
