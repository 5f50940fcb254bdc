/** Which branch is under the pointer: a drawn line, a picture, or a cluster's name. */
import type { Drawing } from "./dendrogram-layout";
import { clusterAt, type Scene } from "./dendrogram-scene";

/** A line one pixel wide is hard to hit; this near is near enough. */
export const HIT_TOLERANCE = 6;

/** The node drawn nearest to a point, or null where nothing is near. */
export function branchAt(drawing: Drawing, x: number, y: number, tolerance = HIT_TOLERANCE): number | null {
  let nearest: number | null = null;
  let best = tolerance;
  const consider = (node: number, dx: number, dy: number) => {
    const distance = Math.hypot(dx, dy);
    if (distance > best) return;
    best = distance;
    nearest = node;
  };
  for (const bar of drawing.bars) consider(bar.node, x - bar.x, outside(y, bar.y0, bar.y1));
  for (const wedge of drawing.wedges)
    consider(wedge.node, Math.max(0, wedge.x - x), outside(y, wedge.y0, wedge.y1));
  for (const stem of drawing.stems) consider(stem.node, outside(x, stem.x0, stem.x1), y - stem.y);
  return nearest;
}

/** The node at a point of the whole view, `y` counted from the upper end of the tree. */
export function nodeAt(scene: Scene, x: number, y: number): number | null {
  const { columns, drawing, view, clusters, tree } = scene;
  if (x < columns.marks.x) return branchAt(drawing, x - columns.left, y);
  const { pictures } = columns;
  if (x >= pictures.x && x < pictures.x + pictures.size) {
    return drawing.pictures.find(({ y0, y1 }) => y0 <= y && y < y1)?.node ?? null;
  }
  const position = Math.floor(view.first + y / view.rowHeight);
  const start = tree.startOf(view.branch);
  if (x >= columns.overview.x || position < start || position >= start + tree.sizeOf(view.branch))
    return null;
  return clusters.node[clusterAt(clusters, position)]!;
}

/** How far a value lies outside an interval. */
function outside(value: number, low: number, high: number): number {
  return Math.max(low - value, 0, value - high);
}
