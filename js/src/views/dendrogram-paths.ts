/**
 * What drawing a tree needs beside the tree itself, computed once a tree.
 *
 * Heavy paths (Sleator and Tarjan 1983): from a branch always on into its larger child. Along a path the
 * intervals only shrink and the distances only fall, so the next branch that differs by a pixel is found by
 * binary search, and a tree that is one long chain costs no more to draw than a balanced one.
 */
import type { Tree } from "../tree";

export interface TreePaths {
  /** All merges, path by path, each path from the top down. */
  order: Int32Array;
  /** Where each merge stands in `order`. */
  place: Int32Array;
  /** Where the path of each merge ends in `order` (exclusive). */
  end: Int32Array;
  /** Height of each merge's line along the leaves, in leaf positions: midway between its two children. */
  middle: Float64Array;
}

export function treePaths(tree: Tree): TreePaths {
  const merges = tree.n - 1;
  const order = new Int32Array(merges);
  const place = new Int32Array(merges).fill(-1);
  const end = new Int32Array(merges);
  let next = 0;
  for (let top = merges - 1; top >= 0; top--) {
    if (place[top] !== -1) continue;
    const first = next;
    for (let merge = top; merge >= 0; merge = heavyChild(tree, merge)) {
      place[merge] = next;
      order[next++] = merge;
    }
    for (let i = first; i < next; i++) end[order[i]!] = next;
  }
  return { order, place, end, middle: middles(tree) };
}

/** The larger child; of two equal ones the upper. */
export function heavyChild(tree: Tree, merge: number): number {
  return 2 * tree.split[merge]! >= tree.size[merge]! ? tree.left(merge) : tree.right(merge);
}

function middles(tree: Tree): Float64Array {
  const middle = new Float64Array(tree.n - 1);
  for (let merge = 0; merge < middle.length; merge++) {
    middle[merge] =
      (middleOf(tree, middle, tree.left(merge)) + middleOf(tree, middle, tree.right(merge))) / 2;
  }
  return middle;
}

/** Where a node's line runs, in leaf positions. */
export function middleOf(tree: Tree, middle: Float64Array, node: number): number {
  return node < 0 ? tree.startOf(node) + 0.5 : middle[node]!;
}
