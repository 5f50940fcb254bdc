/** What one can do with a branch: look at it, select it, open it. */
import { plural } from "../format";
import type { Origin, SelectMode, Tree } from "../store";
import { rowOfLeaf } from "../tree";
import type { ViewContext } from "./context";
import type { TreeModel } from "./dendrogram-model";

export interface TreeActions {
  /** Links the branch with the other views, and says what it is beside the pointer. */
  hover(node: number, event: PointerEvent): void;
  leave(): void;
  select(node: number, mode: SelectMode): void;
  /** A branch fills the view; an image is shown large, with its neighbours to turn to. */
  open(node: number): void;
}

const MOST_PICTURES = 9;

export function createTreeActions(
  ctx: ViewContext,
  { camera, describe, representative }: TreeModel,
): TreeActions {
  const { store, tooltip, openPreview, signal } = ctx;
  const tree = (): Tree | null => store.dataset.peek().tree;

  /** What stands for the branch, and others evenly over all of its images. */
  function faces(node: number, rows: Uint32Array): number[] {
    const first = representative(node);
    return [first, ...spread(rows, MOST_PICTURES).filter((row) => row !== first)].slice(0, MOST_PICTURES);
  }

  function leave(): void {
    tooltip.hide();
    if (store.hover.peek()?.source === "tree") store.hover.value = null;
  }
  signal.addEventListener("abort", leave);

  return {
    leave,
    hover(node, event) {
      const [of, words] = [tree(), describe(node)];
      if (!of || !words) return;
      const visible = store.visible.peek();
      const rows = visible ? of.rowsOf(node).filter((row) => visible.has(row)) : of.rowsOf(node);
      if (store.hover.peek()?.node !== node) {
        store.hover.value = { rows: Array.from(rows), node, source: "tree" };
      }
      const named = node < 0 ? { named: rowOfLeaf(node) } : {};
      tooltip.show(event.clientX, event.clientY, {
        ...words,
        ...named,
        rows: rows.length > 0 ? faces(node, rows) : [],
      });
    },
    select(node, mode) {
      const of = tree();
      if (!of) return;
      const origin: Origin =
        node < 0
          ? { kind: "click", text: "picked in the dendrogram" }
          : { kind: "branch", text: `branch of ${plural(of.sizeOf(node), "image")}` };
      store.select(of.rowsOf(node), mode, origin);
    },
    open(node) {
      const of = tree();
      if (!of) return;
      if (node >= 0) camera.enter(node);
      else openPreview(of.leafOrder, of.startOf(node));
    },
  };
}

/** So many of the rows, evenly over all of them, so that they stand for the whole branch. */
function spread(rows: Uint32Array, most: number): number[] {
  const count = Math.min(rows.length, most);
  return Array.from({ length: count }, (_, i) => rows[Math.floor(((i + 0.5) * rows.length) / count)]!);
}
