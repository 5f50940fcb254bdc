/** Where the clusters, trees and ribbons of a tanglegram are; no DOM. */
import type { Drawing, Ribbon, Side } from "./wire";

export interface Box {
  y0: number;
  y1: number;
}

/** A ribbon's ends: it is as thick as it has images, on both sides. */
export interface Band {
  left: number;
  right: number;
  thickness: number;
}

export interface Layout {
  width: number;
  height: number;
  tree: number;
  label: number;
  /** Pixels for one image. */
  scale: number;
  boxes: readonly [readonly Box[], readonly Box[]];
  /** SVG paths. */
  trees: readonly [string, string];
  bands: readonly Band[];
}

/** All images as one cluster; more where many clusters need the room anyway. */
const TALL = 360;
const TALL_PER_CLUSTER = 6;
/** Room for a line of text. */
const LEAST_BOX = 15;
const GAP = 3;
/** From the edge to the root, as a share of the tree. */
const STEM = 0.07;

const clamp = (value: number, least: number, most: number): number =>
  Math.round(Math.min(most, Math.max(least, value)));

export function layoutTanglegram({ sides, ribbons }: Drawing, width: number): Layout | null {
  const [left, right] = sides;
  if (!left || !right) return null;
  const n = left.clusters.reduce((sum, { size }) => sum + size, 0);
  const most = Math.max(left.clusters.length, right.clusters.length);
  const scale = Math.max(TALL, TALL_PER_CLUSTER * most) / n;
  const height = Math.max(leastHeight(left, scale), leastHeight(right, scale));
  const boxes = [stack(left, scale, height), stack(right, scale, height)] as const;
  const tree = clamp(0.14 * width, 52, 200);
  return {
    width,
    height,
    tree,
    label: clamp(0.19 * width, 84, 200),
    scale,
    boxes,
    trees: [treePath(left, boxes[0], (x) => x * tree), treePath(right, boxes[1], (x) => width - x * tree)],
    bands: bandsOf(ribbons, left, right, boxes, scale),
  };
}

/** Between two edges, from a stretch on the left to one on the right. */
export function ribbonPath({ left, right }: Band, thickness: number, x0: number, x1: number): string {
  const middle = (x0 + x1) / 2;
  const [l, r] = [left + thickness, right + thickness];
  return `M${x0} ${left}C${middle} ${left} ${middle} ${right} ${x1} ${right}V${r}C${middle} ${r} ${middle} ${l} ${x0} ${l}Z`;
}

const heightOf = (size: number, scale: number): number => Math.max(LEAST_BOX, size * scale);

const boxesHeight = ({ clusters }: Side, scale: number): number =>
  clusters.reduce((sum, { size }) => sum + heightOf(size, scale), 0);

const leastHeight = (side: Side, scale: number): number =>
  boxesHeight(side, scale) + GAP * (side.clusters.length - 1);

/** The side that needs less room spreads over all of it. */
function stack(side: Side, scale: number, height: number): Box[] {
  const k = side.clusters.length;
  const free = height - boxesHeight(side, scale);
  const gap = k > 1 ? free / (k - 1) : 0;
  let y = k > 1 ? 0 : free / 2;
  return side.clusters.map(({ size }) => {
    const box = { y0: y, y1: y + heightOf(size, scale) };
    y = box.y1 + gap;
    return box;
  });
}

/** `toX`: from 0 at the outer edge to 1 at the clusters. */
function treePath(
  { merges, base, clusters }: Side,
  boxes: readonly Box[],
  toX: (share: number) => number,
): string {
  const top = merges.at(-1)?.[2] ?? base;
  const inner = 1 - STEM;
  const xOf = (height: number) => toX(1 - (top > base ? (height - base) / (top - base) : 1) * inner);
  const nodes = boxes.map(({ y0, y1 }) => ({ x: toX(1), y: (y0 + y1) / 2 }));
  const lines: string[] = [];
  for (const [a, b, height] of merges) {
    const x = xOf(height);
    const [first, second] = [nodes[a]!, nodes[b]!];
    lines.push(`M${first.x} ${first.y}H${x}V${second.y}H${second.x}`);
    nodes.push({ x, y: (first.y + second.y) / 2 });
  }
  const root = nodes[Math.max(0, clusters.length + merges.length - 1)];
  if (root) lines.push(`M${toX(0)} ${root.y}H${root.x}`);
  return lines.join("");
}

/** At every cluster ribbons stand in the order of what they lead to, so that those of one cluster never cross. */
function bandsOf(
  ribbons: readonly Ribbon[],
  left: Side,
  right: Side,
  boxes: Layout["boxes"],
  scale: number,
): Band[] {
  const starts = [left, right].map(({ clusters }, side) =>
    clusters.map(({ size }, i) => {
      const { y0, y1 } = boxes[side as 0 | 1][i]!;
      return (y0 + y1 - size * scale) / 2;
    }),
  ) as [number[], number[]];
  const bands: Band[] = ribbons.map(([, , count]) => ({ left: 0, right: 0, thickness: count * scale }));
  for (const side of [0, 1] as const) {
    const order = ribbons.map((_, i) => i);
    const other = side === 0 ? 1 : 0;
    order.sort((p, q) => ribbons[p]![other] - ribbons[q]![other]);
    for (const i of order) {
      const cluster = ribbons[i]![side];
      bands[i]![side === 0 ? "left" : "right"] = starts[side][cluster]!;
      starts[side][cluster]! += bands[i]!.thickness;
    }
  }
  return bands;
}
