/** What the dendrogram shows, worked out anew whenever something that it depends on changes. */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import { leafNode, rowOfLeaf } from "../tree";
import type { Size } from "./canvas";
import type { ViewContext } from "./context";
import { createTreeCamera, type TreeCamera } from "./dendrogram-camera";
import { AXIS_HEIGHT, columnsFor } from "./dendrogram-columns";
import { layoutTree } from "./dendrogram-layout";
import { countBefore } from "./dendrogram-marks";
import { treePaths } from "./dendrogram-paths";
import type { Scene } from "./dendrogram-scene";
import { type BranchWords, describeBranch, longestLabel } from "./dendrogram-words";

export interface TreeModel {
  readonly camera: TreeCamera;
  /** null without a tree, and while the view has no size. */
  readonly scene: ReadonlySignal<Scene | null>;
  /** The branch that the keyboard is on; null while the view has no focus or the mouse was used last. */
  readonly focused: Signal<number | null>;
  /** Height of the tree below its axis, in pixels. */
  readonly room: ReadonlySignal<number>;
  /** Distances at their square roots, which shows more of the small ones. */
  readonly isSquareRoot: ReadonlySignal<boolean>;
  toggleScale(): void;
  /** Brings an image into sight, if it is not: by scrolling, or out of the branches that are without it. */
  reveal(row: number): void;
  describe(node: number): BranchWords | null;
  /** The row whose picture stands for a node. */
  representative(node: number): number;
}

const BOTTOM_AIR = 6;
const NOWHERE: readonly number[] = [];

export function createTreeModel(
  { store, theme, signal: abort }: ViewContext,
  size: ReadonlySignal<Size>,
): TreeModel {
  const focused = signal<number | null>(null);
  const tree = computed(() => store.published.value.tree);
  const room = computed(() => Math.max(0, size.value.height - AXIS_HEIGHT - BOTTOM_AIR));
  const isSquareRoot = computed(() => store.ui.value.tree.scale === "sqrt");
  const power = computed(() => (isSquareRoot.value ? 0.5 : 1));
  const camera = createTreeCamera(tree, room, power, () => store.published.peek(), abort);
  const paths = computed(() => tree.value && treePaths(tree.value));
  const before = computed(() => tree.value && countBefore(tree.value, store.selection.value.rows));
  const shown = computed(() => {
    const visible = store.visible.value;
    return tree.value && visible ? countBefore(tree.value, visible) : null;
  });
  const longestName = computed(() => {
    const clusters = store.clusters.value;
    return clusters ? longestLabel(clusters, shown.value !== null) : 0;
  });

  // Apart from the rest, so that hovering and selecting do not lay the tree out again.
  const layout = computed(() => {
    const view = camera.view.value;
    const { width } = size.value;
    if (!tree.value || !paths.value || !view || width === 0) return null;
    const columns = columnsFor(width, view, longestName.value);
    const frame = {
      width: columns.right - columns.left,
      height: room.value,
    };
    return {
      tree: tree.value,
      view,
      columns,
      frame,
      drawing: layoutTree(tree.value, paths.value, view, frame),
    };
  });

  function representative(node: number): number {
    if (node < 0) return rowOfLeaf(node);
    const { medoids, tree: of } = store.dataset.peek();
    const visible = store.visible.peek();
    const rows = of!.rowsOf(node);
    const best = medoids?.[node] ?? rows[rows.length >> 1]!;
    return visible && !visible.has(best) ? (rows.find((row) => visible.has(row)) ?? best) : best;
  }

  const scene = computed((): Scene | null => {
    const clusters = store.clusters.value;
    if (!layout.value || !clusters || !before.value) return null;
    const hover = store.hover.value;
    return {
      ...layout.value,
      clusters,
      coloring: store.coloring.value,
      selectedBefore: before.value,
      shownBefore: shown.value,
      representative,
      theme: theme.value,
      cutHeight: store.cut.value.height ?? layout.value.tree.heightForCount(clusters.k),
      hovered: hover?.node ?? null,
      focused: focused.value,
      pointed: hover && hover.node === null ? hover.rows : NOWHERE,
    };
  });

  function reveal(row: number): void {
    const of = tree.peek();
    const trail = camera.trail.peek();
    const position = of?.positionOfRow[row];
    if (!of || position === undefined) return;
    const depth = trail.findIndex((branch) => {
      const offset = position - of.startOf(branch);
      return offset < 0 || offset >= of.sizeOf(branch);
    });
    if (depth >= 0) camera.leave(depth);
    else camera.reveal(leafNode(row));
  }

  return {
    camera,
    scene,
    focused,
    room,
    isSquareRoot,
    reveal,
    toggleScale() {
      const scale = isSquareRoot.peek() ? "linear" : "sqrt";
      store.setUi({ tree: { ...store.ui.peek().tree, scale } });
    },
    representative,
    describe(node) {
      const clusters = store.clusters.value;
      if (!tree.value || !clusters || !before.value) return null;
      const [name = ""] = store.published.value.header.names?.[String(node)] ?? [];
      return describeBranch(tree.value, node, name, clusters, before.value, shown.value);
    },
  };
}
