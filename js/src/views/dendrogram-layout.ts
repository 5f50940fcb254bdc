/**
 * What of a tree is drawn at this zoom: lines, and one shape for each subtree too small to show its lines.
 *
 * Top-down with a stack, pruned by pixels; no DOM. The cost follows the pixels, not the leaves.
 */
import type { Tree } from "../tree";
import { middleOf, type TreePaths } from "./dendrogram-paths";
import type { TreeView } from "./dendrogram-view";

/** Size of the drawing area in pixels: distance 0 is at `width`, the view's farthest distance at 0. */
export interface Frame {
  width: number;
  height: number;
  /** Room that each picture takes along the leaves. */
  pictureHeight: number;
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

/** Where one picture stands for a branch, or for a leaf. */
export interface Picture {
  node: number;
  y: number;
}

export interface Drawing {
  stems: Stem[];
  bars: Bar[];
  wedges: Wedge[];
  pictures: Picture[];
}

/** Subtrees narrower than this become one shape. */
export const COLLAPSE_BELOW = 2;

export function layoutTree(tree: Tree, paths: TreePaths, view: TreeView, frame: Frame): Drawing {
  const drawing: Drawing = { stems: [], bars: [], wedges: [], pictures: [] };
  const small: Picture[] = [];
  const { rowHeight } = view;
  const toY = (position: number) => (position - view.first) * rowHeight;
  const toX = (node: number) => frame.width * (1 - tree.heightOf(node) / view.farthest);
  const clampY = (position: number) => Math.min(frame.height, Math.max(0, toY(position)));
  const isVisible = (start: number, size: number) => toY(start + size) > 0 && toY(start) < frame.height;
  const wedge = (node: number, x: number, y: number, first: number, last: number) => {
    if (isVisible(first, last - first))
      drawing.wedges.push({ node, x, y, y0: toY(first), y1: toY(last), first, last });
  };
  const startOf = (node: number) => tree.startOf(node);
  const endOf = (node: number) => tree.startOf(node) + tree.sizeOf(node);
  const lineY = (node: number) => toY(middleOf(tree, paths.middle, node));
  const isPictured = (node: number) => tree.sizeOf(node) * rowHeight >= frame.pictureHeight;

  /** The last branch down the path that nobody could tell from this one by its edges or its distance. */
  const lastAlike = (merge: number): number => {
    const [x, y0, y1] = [toX(merge), clampY(startOf(merge)), clampY(endOf(merge))];
    const isAlike = (place: number) => {
      const other = paths.order[place]!;
      return toX(other) - x < 1 && clampY(startOf(other)) - y0 < 1 && y1 - clampY(endOf(other)) < 1;
    };
    let low = paths.place[merge]!;
    let high = paths.end[merge]!;
    while (high - low > 1) {
      const probe = (low + high) >>> 1;
      if (isAlike(probe)) low = probe;
      else high = probe;
    }
    return paths.order[low]!;
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
    if (isPictured(merge) && !isPictured(inner))
      drawing.pictures.push({ node: merge, y: toY((start + end) / 2) });
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
      if (isPictured(node)) drawing.pictures.push({ node, y });
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
    if (!isPictured(node)) continue;
    const tooSmall = [left, right].filter((child) => !isPictured(child));
    if (tooSmall.length === 2) drawing.pictures.push({ node, y: toY(start + size / 2) });
    else
      for (const child of tooSmall)
        small.push({ node: child, y: toY(startOf(child) + tree.sizeOf(child) / 2) });
  }
  addWhereFree(drawing.pictures, small, frame.pictureHeight);
  return drawing;
}

/** Branches with less than a picture's room of their own still get one where their neighbours leave some. */
function addWhereFree(pictures: Picture[], candidates: readonly Picture[], room: number): void {
  for (const candidate of candidates) {
    if (pictures.every(({ y }) => Math.abs(y - candidate.y) >= room)) pictures.push(candidate);
  }
}
