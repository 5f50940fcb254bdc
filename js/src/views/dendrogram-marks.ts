/** Which leaves are selected, seen at any zoom: counts over leaf positions, and marks with the share selected. */
import type { Bitset } from "../selection";
import type { Tree } from "../tree";
import type { TreeView } from "./dendrogram-view";

/** Number of leaves of a set before each position; the difference of two is the count between them. */
export function countBefore(tree: Tree, rows: Bitset): Uint32Array {
  const before = new Uint32Array(tree.n + 1);
  for (let position = 0; position < tree.n; position++) {
    before[position + 1] = before[position]! + (rows.has(tree.leafOrder[position]!) ? 1 : 0);
  }
  return before;
}

export function countIn(before: Uint32Array, first: number, last: number): number {
  return before[last]! - before[first]!;
}

export interface Mark {
  y0: number;
  y1: number;
  /** Share of the leaves between y0 and y1 that is selected, above 0 and up to 1. */
  share: number;
}

/**
 * Marks for the visible selected leaves: one for each run of leaves, or, where leaves are narrower than a
 * pixel, one for each run of pixels with the same share. No selected leaf is without its mark.
 */
export function selectionMarks(before: Uint32Array, view: TreeView, height: number): Mark[] {
  const n = before.length - 1;
  const step = Math.max(1, 1 / view.rowHeight);
  const marks: Mark[] = [];
  const bottom = Math.min(n, view.first + height / view.rowHeight);
  for (let from = Math.max(0, Math.floor(view.first)); from < bottom; from += step) {
    const first = Math.floor(from);
    const last = Math.min(n, Math.ceil(from + step));
    const share = countIn(before, first, last) / (last - first);
    if (share === 0) continue;
    const y0 = (from - view.first) * view.rowHeight;
    const y1 = y0 + step * view.rowHeight;
    const previous = marks.at(-1);
    if (previous && previous.share === share && y0 - previous.y1 < 1e-6) previous.y1 = y1;
    else marks.push({ y0, y1, share });
  }
  return marks;
}
