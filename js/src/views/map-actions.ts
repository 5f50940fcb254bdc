/** What one can do on the map: look at a mark, select it, open it, and draw a lasso. */
import { plural } from "../format";
import { modeOf } from "../store";
import type { ViewContext } from "./context";
import { type MapTarget, targetAt } from "./map-hit";
import type { MapModel } from "./map-model";
import { toMapX, toMapY } from "./map-view";

export interface MapActions {
  /** Returns whether there is a mark at the point. */
  hover(x: number, y: number, event: PointerEvent): boolean;
  leave(): void;
  click(x: number, y: number, event: MouseEvent): void;
  open(x: number, y: number): void;
  /** Selects what the outline (x, y of its corners in turn, pixels) holds. */
  lasso(outline: readonly number[], event: PointerEvent): void;
}

export function createMapActions(ctx: ViewContext, { overlay, grid }: MapModel): MapActions {
  const { store, tooltip, openPreview, signal } = ctx;

  function find(x: number, y: number): MapTarget | null {
    const [now, of] = [overlay.peek(), grid.peek()];
    return now && of && targetAt(now, of, x, y);
  }

  function link(rows: readonly number[], node: number | null): void {
    const now = store.hover.peek();
    if (now?.source === "map" && now.node === node && now.rows[0] === rows[0]) return;
    store.hover.value = { rows, node, source: "map" };
  }

  function leave(): void {
    tooltip.hide();
    if (store.hover.peek()?.source === "map") store.hover.value = null;
  }
  signal.addEventListener("abort", leave);

  /** The rows of a cluster, and its node in the tree. */
  function membersOf(cluster: number): { rows: Uint32Array; node: number } | null {
    const [clusters, tree] = [store.clusters.peek(), store.dataset.peek().tree];
    if (!clusters || !tree) return null;
    const node = clusters.node[cluster]!;
    return { rows: tree.rowsOf(node), node };
  }

  return {
    leave,
    hover(x, y, event) {
      const target = find(x, y);
      if (!target) {
        leave();
        return false;
      }
      if ("cluster" in target) {
        tooltip.hide();
        const members = membersOf(target.cluster);
        if (members) link(Array.from(members.rows), members.node);
        return true;
      }
      const { row } = target;
      link([row], null);
      const clusters = store.clusters.peek();
      const lines = clusters ? [`cluster ${clusters.labels[row]! + 1}`] : [];
      tooltip.show(event.clientX, event.clientY, { title: "1 image", named: row, lines, rows: [row] });
      return true;
    },
    click(x, y, event) {
      const target = find(x, y);
      const mode = modeOf(event);
      if (!target) {
        if (mode === "replace") store.clearSelection();
      } else if ("row" in target) {
        store.select([target.row], mode, { kind: "click", text: "picked on the map" });
      } else {
        const members = membersOf(target.cluster);
        const text = `cluster ${target.cluster + 1}`;
        if (members) store.select(members.rows, mode, { kind: "group", text });
      }
    },
    open(x, y) {
      const target = find(x, y);
      if (target && "row" in target) openPreview([target.row], 0);
    },
    lasso(outline, event) {
      const [now, of] = [overlay.peek(), grid.peek()];
      if (!now || !of) return;
      const toMap = (value: number, i: number) => (i % 2 === 0 ? toMapX : toMapY)(now.view, value);
      const rows = of.inside(Float32Array.from(outline, toMap));
      const mode = event.altKey ? "remove" : event.ctrlKey || event.metaKey ? "add" : "replace";
      store.select(rows, mode, { kind: "lasso", text: `lasso of ${plural(rows.length, "image")}` });
    },
  };
}
