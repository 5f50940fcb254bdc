/** Walking through the branches with the arrow keys: the root is at the left, leaves at the right. */
import type { Tree } from "../tree";

export type Direction = "parent" | "child" | "previous" | "next";

/** The neighbour of a node, never leaving `branch`; the node itself where there is none. */
export function walk(tree: Tree, node: number, direction: Direction, branch: number): number {
  switch (direction) {
    case "parent":
      return node === branch ? node : (tree.parent(node) ?? node);
    case "child":
      return node < 0 ? node : tree.left(node);
    case "previous":
      return beside(tree, node, branch, tree.right, tree.left);
    case "next":
      return beside(tree, node, branch, tree.left, tree.right);
  }
}

type Side = (this: Tree, merge: number) => number;

/** Climbs until there is a branch on the wanted side: first the sibling, then an uncle, and so on. */
function beside(tree: Tree, node: number, branch: number, here: Side, wanted: Side): number {
  for (let below = node; below !== branch; ) {
    const parent = tree.parent(below);
    if (parent === null) break;
    if (here.call(tree, parent) === below) return wanted.call(tree, parent);
    below = parent;
  }
  return node;
}
