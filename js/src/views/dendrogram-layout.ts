/**
 * What of a tree is drawn at this zoom: lines, and one shape for each subtree too small to show its lines.
 *
 * Top-down with a stack, pruned by pixels; no DOM. The cost follows the pixels, not the leaves.
 */
import { leafNode, type Tree } from "../tree";
import { middleOf, type TreePaths } from "./dendrogram-paths";
import { shareOf, type TreeView } from "./dendrogram-view";

/** Size of the drawing area in pixels: distance 0 is at `width`, the view's farthest distance at 0. */
export interface Frame {
  width: number;
  height: number;
}

/** A line along the distances: the upper end of a branch. */
export interface Stem {
  node: number;
  x0: number;
  x1: number;
  y: number;
}

/** The line of a merge across its two children. */
export interface Bar {
  node: number;
  x: number;
  y0: number;
  y1: number;
}

/** Leaves `first` … `last`-1 in one shape, which opens from (x, y) to the edge of the leaves between y0 and y1. */
export interface Wedge {
  node: number;
  x: number;
  y: number;
  y0: number;
  y1: number;
  first: number;
  last: number;
}

/** The picture that stands for a leaf or for a whole branch, between y0 and y1. */
export interface Picture {
  node: number;
  y0: number;
  y1: number;
}

export interface Drawing {
  stems: Stem[];
  bars: Bar[];
  wedges: Wedge[];
  pictures: Picture[];
}

/** Subtrees narrower than this become one shape. */
export const COLLAPSE_BELOW = 2;
/** From this row height on, every leaf has its own picture. */
export const PICTURED_ROW = 16;
/** A branch of smaller leaves has a picture if it is as tall as this, and none of its parts is … */
export const PICTURED_BRANCH = 22;
/** … or if it stands beside such a branch and is as tall as this. */
export const PICTURED_SIBLING = 13;

export function layoutTree(tree: Tree, paths: TreePaths, view: TreeView, frame: Frame): Drawing {
  const drawing: Drawing = { stems: [], bars: [], wedges: [], pictures: [] };
  const { rowHeight } = view;
  const toY = (position: number) => (position - view.first) * rowHeight;
  const toX = (node: number) => frame.width * (1 - shareOf(view, tree.heightOf(node)));
  const clampY = (position: number) => Math.min(frame.height, Math.max(0, toY(position)));
  const isVisible = (start: number, size: number) => toY(start + size) > 0 && toY(start) < frame.height;
  const wedge = (node: number, x: number, y: number, first: number, last: number) => {
    if (isVisible(first, last - first))
      drawing.wedges.push({ node, x, y, y0: toY(first), y1: toY(last), first, last });
  };
  const startOf = (node: number) => tree.startOf(node);
  const endOf = (node: number) => tree.startOf(node) + tree.sizeOf(node);
  const lineY = (node: number) => toY(middleOf(tree, paths.middle, node));
  const leastPicture = rowHeight >= PICTURED_ROW ? PICTURED_ROW : PICTURED_BRANCH;
  const isPictured = (node: number) => tree.sizeOf(node) * rowHeight >= leastPicture;
  const picture = (node: number) =>
    drawing.pictures.push({ node, y0: toY(startOf(node)), y1: toY(endOf(node)) });

  /** The last branch down the path for which something holds that holds for all above it. */
  const lastOnPath = (merge: number, holds: (other: number) => boolean): number => {
    let low = paths.place[merge]!;
    let high = paths.end[merge]!;
    while (high - low > 1) {
      const probe = (low + high) >>> 1;
      if (holds(paths.order[probe]!)) low = probe;
      else high = probe;
    }
    return paths.order[low]!;
  };

  /** The last branch down the path that nobody could tell from this one by its edges or its distance. */
  const lastAlike = (merge: number): number => {
    const [x, y0, y1] = [toX(merge), clampY(startOf(merge)), clampY(endOf(merge))];
    return lastOnPath(
      merge,
      (other) => toX(other) - x < 1 && clampY(startOf(other)) - y0 < 1 && y1 - clampY(endOf(other)) < 1,
    );
  };

  /** Draws a run of merges down to `inner` as one bar, and the slivers that it cuts off as wedges. */
  const run = (merge: number, inner: number) => {
    const x = toX(merge);
    const [start, end] = [startOf(merge), endOf(merge)];
    const [innerStart, innerEnd] = [startOf(inner), endOf(inner)];
    const y0 = innerStart > start ? toY(start) : lineY(inner);
    const y1 = innerEnd < end ? toY(end) : lineY(inner);
    drawing.bars.push({ node: merge, x, y0, y1 });
    if (innerStart > start) wedge(merge, x, toY(start), start, innerStart);
    if (innerEnd < end) wedge(merge, x, toY(end), innerEnd, end);
    if (isPictured(merge) && !isPictured(inner)) picture(lastOnPath(merge, isPictured));
  };

  const pending: { node: number; from: number }[] = [{ node: view.branch, from: 0 }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { node, from } = next;
    const [start, size] = [startOf(node), tree.sizeOf(node)];
    if (!isVisible(start, size)) continue;
    const [x, y] = [toX(node), lineY(node)];
    if (size * rowHeight < COLLAPSE_BELOW) {
      wedge(node, Math.min(x, frame.width), y, start, start + size);
      if (x > from) drawing.stems.push({ node, x0: from, x1: x, y });
      continue;
    }
    drawing.stems.push({ node, x0: from, x1: x, y });
    if (node < 0) {
      if (isPictured(node)) picture(node);
      continue;
    }
    const inner = lastAlike(node);
    if (inner !== node) {
      run(node, inner);
      pending.push({ node: inner, from: x });
      continue;
    }
    const [left, right] = [tree.left(node), tree.right(node)];
    drawing.bars.push({ node, x, y0: lineY(left), y1: lineY(right) });
    pending.push({ node: right, from: x }, { node: left, from: x });
    const small = [left, right].filter((child) => !isPictured(child));
    if (small.length === 2 && isPictured(node)) picture(node);
    if (small.length === 1 && tree.sizeOf(small[0]!) * rowHeight >= PICTURED_SIBLING) picture(small[0]!);
  }
  fillGaps(tree, view, frame, drawing.pictures);
  return drawing;
}

/**
 * Where a long chain of merges adds image by image, no branch of its own is tall enough for a picture: there,
 * single images stand for their surroundings, in slots that stay at their leaves while one scrolls or zooms a little.
 */
function fillGaps(
  tree: Tree,
  { branch, first, rowHeight }: TreeView,
  frame: Frame,
  pictures: Picture[],
): void {
  if (rowHeight >= PICTURED_ROW) return;
  const leaves = 2 ** Math.ceil(Math.log2(PICTURED_BRANCH / rowHeight));
  const start = tree.startOf(branch);
  const end = start + tree.sizeOf(branch);
  const taken = pictures.map(({ y0, y1 }) => [y0, y1] as const);
  for (let at = Math.max(0, Math.floor(first / leaves)) * leaves; at < end; at += leaves) {
    const [y0, y1] = [(at - first) * rowHeight, (at + leaves - first) * rowHeight];
    if (y0 >= frame.height) return;
    if (at < start || at + leaves > end || taken.some(([a, b]) => a < y1 && y0 < b)) continue;
    pictures.push({ node: leafNode(tree.leafOrder[at + (leaves >> 1)]!), y0, y1 });
  }
}
