/** Which part of the tree is in view, and zooming and panning along the leaves. Pixels are CSS pixels; no DOM. */
import type { Tree } from "../tree";

export interface TreeView {
  /** The branch that fills the view; all that is drawn hangs from it. */
  branch: number;
  /** Leaf position at the upper edge; fractional, and negative where a small tree stands centred. */
  first: number;
  /** Pixels for each leaf. */
  rowHeight: number;
  /** Distance at the left edge. */
  farthest: number;
  /** Distances stand at this power of themselves: 1 is linear, a half their square roots. */
  power: number;
}

/** Pictures along the leaves grow no larger than this. */
export const MAX_ROW_HEIGHT = 64;
/** The root's line stands a little inside the left edge. */
const HEADROOM = 1.06;

/** How far towards the left edge a distance stands: 0 at the leaves, 1 at the edge. */
export function shareOf({ farthest, power }: Pick<TreeView, "farthest" | "power">, distance: number): number {
  const share = distance / farthest;
  return power === 1 ? share : Math.max(0, share) ** power;
}

/** The distance that stands there; the inverse of `shareOf`. */
export function distanceAt({ farthest, power }: Pick<TreeView, "farthest" | "power">, share: number): number {
  return farthest * share ** (1 / power);
}

/** The height of a row when a branch is shown whole. */
export const fittingRow = (tree: Tree, branch: number, height: number): number =>
  Math.min(MAX_ROW_HEIGHT, height / tree.sizeOf(branch));

/** The view that shows one branch whole. */
export function fitBranch(tree: Tree, branch: number, height: number, power = 1): TreeView {
  const rowHeight = fittingRow(tree, branch, height);
  const farthest = tree.heightOf(branch) * HEADROOM ** (1 / power) || 1;
  return clampView(tree, { branch, first: 0, rowHeight, farthest, power }, height);
}

/** Zooms along the leaves, holding the leaf at `y` in place. */
export function zoomView(tree: Tree, view: TreeView, factor: number, y: number, height: number): TreeView {
  const rowHeight = view.rowHeight * factor;
  const held = view.first + y / view.rowHeight;
  const bounded = Math.min(MAX_ROW_HEIGHT, Math.max(fittingRow(tree, view.branch, height), rowHeight));
  return clampView(tree, { ...view, rowHeight: bounded, first: held - y / bounded }, height);
}

export function panView(tree: Tree, view: TreeView, pixels: number, height: number): TreeView {
  return clampView(tree, { ...view, first: view.first + pixels / view.rowHeight }, height);
}

/** Scrolls as little as needed to bring leaf positions into view; their start, where they do not fit. */
export function revealRange(
  tree: Tree,
  view: TreeView,
  start: number,
  size: number,
  height: number,
): TreeView {
  const visible = height / view.rowHeight;
  let first = view.first;
  if (start + size > first + visible) first = start + size - visible;
  if (start < first) first = start;
  return clampView(tree, { ...view, first }, height);
}

/** Keeps the branch in view: no empty space beyond its ends, and centred where it is smaller than the view. */
export function clampView(tree: Tree, view: TreeView, height: number): TreeView {
  const start = tree.startOf(view.branch);
  const spare = tree.sizeOf(view.branch) - height / view.rowHeight;
  const first = spare <= 0 ? start + spare / 2 : Math.min(start + spare, Math.max(start, view.first));
  return { ...view, first };
}

/** A view between two, for moving from one to the other; `t` runs from 0 to 1. */
export function betweenViews(tree: Tree, from: TreeView, to: TreeView, t: number): TreeView {
  // Row heights differ by orders of magnitude, so they change by equal factors rather than by equal steps.
  const rowHeight = from.rowHeight * (to.rowHeight / from.rowHeight) ** t;
  // Both edges then move at one pace: how far, follows from how many leaves are in view.
  const growth = 1 / to.rowHeight - 1 / from.rowHeight;
  const share = growth === 0 ? t : (1 / rowHeight - 1 / from.rowHeight) / growth;
  return {
    branch: tree.sizeOf(from.branch) > tree.sizeOf(to.branch) ? from.branch : to.branch,
    first: from.first + (to.first - from.first) * share,
    rowHeight,
    farthest: from.farthest + (to.farthest - from.farthest) * t,
    power: from.power + (to.power - from.power) * t,
  };
}
