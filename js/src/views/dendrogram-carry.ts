/** What one looks at in the tree, carried over into the tree with some images more or less. No DOM. */
import type { Tree } from "../tree";
import { clampView, fitBranch, type TreeView } from "./dendrogram-view";

/** A branch that has grown more than this is another one. */
const GROWTH = 2;

/**
 * The same part of another tree: the leaf at the upper edge stays there, as large as it was.
 *
 * @param rowNow the row that an image has now; -1 for one that has gone
 * @returns the view and the branches zoomed into; null when the branch in view is not there any more
 */
export function carryView(
  from: Tree,
  to: Tree,
  rowNow: (row: number) => number,
  { view, trail }: { view: TreeView; trail: readonly number[] },
  height: number,
): { view: TreeView; trail: number[] } | null {
  const kept: number[] = [];
  for (const branch of trail) {
    const now = nodeNow(from, to, rowNow, branch);
    if (now === null) return null;
    if (now !== to.root && now !== kept.at(-1)) kept.push(now);
  }
  const branch = kept.at(-1) ?? to.root;
  const whole = fitBranch(to, branch, height, view.power);
  const rowHeight = Math.max(view.rowHeight, whole.rowHeight);
  const top = Math.max(0, Math.floor(view.first));
  for (let position = top; position < from.n; position++) {
    const row = rowNow(from.leafOrder[position]!);
    if (row < 0) continue;
    const first = to.positionOfRow[row]! + view.first - position;
    return { view: clampView(to, { ...whole, rowHeight, first }, height), trail: kept };
  }
  return null;
}

/** The smallest branch with all that is left of the images of a branch. */
function nodeNow(from: Tree, to: Tree, rowNow: (row: number) => number, node: number): number | null {
  let [low, high] = [Number.POSITIVE_INFINITY, -1];
  for (const old of from.rowsOf(node)) {
    const row = rowNow(old);
    if (row < 0) continue;
    low = Math.min(low, to.positionOfRow[row]!);
    high = Math.max(high, to.positionOfRow[row]!);
  }
  if (high <= low) return null;
  let now = to.root;
  for (let next: number | undefined = now; next !== undefined; ) {
    now = next;
    next = [to.left(now), to.right(now)].find(
      (child) => child >= 0 && to.startOf(child) <= low && high < to.startOf(child) + to.sizeOf(child),
    );
  }
  return to.sizeOf(now) <= GROWTH * from.sizeOf(node) ? now : null;
}
