/** All that one drawing of the dendrogram shows. */
import type { Clusters, Coloring, Tree } from "../store";
import type { Theme } from "../theme";
import type { Columns } from "./dendrogram-columns";
import type { Drawing, Frame } from "./dendrogram-layout";
import { countIn } from "./dendrogram-marks";
import type { TreeView } from "./dendrogram-view";

export interface Scene {
  tree: Tree;
  view: TreeView;
  columns: Columns;
  frame: Frame;
  drawing: Drawing;
  clusters: Clusters;
  coloring: Coloring;
  /** Selected leaves before each leaf position (see dendrogram-marks). */
  selectedBefore: Uint32Array;
  /** Leaves that the filters let through before each leaf position; null where all are. */
  shownBefore: Uint32Array | null;
  /** The row whose picture stands for a node. */
  representative(node: number): number;
  theme: Theme;
  /** Distance at which the cut is drawn. */
  cutHeight: number;
  /** The branch under the pointer. */
  hovered: number | null;
  /** The branch that the keyboard is on, while the view has the focus. */
  focused: number | null;
  /** Rows that the pointer is on in another view. */
  pointed: readonly number[];
}

/** How many of the leaves `first` … `last`-1 the filters let through. */
export const shownIn = (shownBefore: Uint32Array | null, first: number, last: number): number =>
  shownBefore ? countIn(shownBefore, first, last) : last - first;

export const hasSelection = ({ selectedBefore }: Scene): boolean => selectedBefore.at(-1)! > 0;

/** The cluster that holds a leaf position. */
export function clusterAt({ start }: Clusters, position: number): number {
  let low = 0;
  let high = start.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (start[middle]! <= position) low = middle;
    else high = middle;
  }
  return low;
}

/** The cluster that a node lies in, or null above the cut. */
export function clusterOf(tree: Tree, clusters: Clusters, node: number): number | null {
  // Cutting into k clusters undoes the last k-1 merges.
  return node < tree.n - clusters.k ? clusterAt(clusters, tree.startOf(node)) : null;
}
