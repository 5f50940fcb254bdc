/** What one can do on the map: look at a mark, select it, open it, and draw a lasso. */
import { longName } from "../cluster-names";
import { formatValueOf, plural } from "../format";
import { type Column, modeOf } from "../store";
import type { ViewContext } from "./context";
import { type Group, rowsOf } from "./map-groups";
import { type MapTarget, targetAt } from "./map-hit";
import { type LassoMode, lassoMode } from "./map-lasso";
import type { MapModel } from "./map-model";
import { toMapX, toMapY } from "./map-view";

/** Pixels from the pointer, and pictures at most. */
const AROUND = 24;
const MOST_AROUND = 32;

export interface MapActions {
  /** Returns whether there is a mark at the point. */
  hover(x: number, y: number, event: PointerEvent): boolean;
  leave(): void;
  click(x: number, y: number, event: MouseEvent): void;
  open(x: number, y: number): void;
  /** Selects what the outline (x, y of its corners in turn, pixels) holds. */
  lasso(outline: readonly number[], event: PointerEvent): void;
  /** For who has no mouse to draw an outline with. */
  selectInView(): void;
}

export function createMapActions(
  ctx: ViewContext,
  { overlay, grid, groups, tool, lassoMode: chosen, extent }: MapModel,
): MapActions {
  const { store, tooltip, openPreview, thumbnails, signal } = ctx;
  const claimAround = thumbnails.claim(signal);

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

  /** The rows of a group, and the node of the tree that a cluster is. */
  function membersOf({ index }: Group): { rows: readonly number[]; node: number | null } {
    const { dataset, clusters, coloring } = store;
    const { tree, columns } = dataset.peek();
    if (!tree || columns.has(coloring.peek().column))
      return { rows: groups.peek() ? rowsOf(groups.peek()!.of, index) : [], node: null };
    const node = clusters.peek()!.node[index]!;
    return { rows: Array.from(tree.rowsOf(node)), node };
  }

  /** Pictures around the pointer are fetched before it gets there. */
  function fetchAround(x: number, y: number): void {
    const [now, of] = [overlay.peek(), grid.peek()];
    if (!now || !of) return;
    const near: { row: number; distance: number }[] = [];
    const [px, py, reach] = [toMapX(now.view, x), toMapY(now.view, y), AROUND / now.view.scale];
    const around = { left: px - reach, right: px + reach, bottom: py - reach, top: py + reach };
    of.within(around, (row, rx, ry) => near.push({ row, distance: Math.hypot(rx - px, ry - py) }));
    near.sort((a, b) => a.distance - b.distance);
    const rows = near.slice(0, MOST_AROUND).map(({ row }) => row);
    claimAround(rows, 64);
  }

  function describe(row: number): string[] {
    const clusters = store.clusters.peek();
    const column = store.dataset.peek().columns.get(store.coloring.peek().column);
    const lines = clusters ? [longName(clusters, clusters.labels[row]!)] : [];
    if (column) lines.push(`${column.name}: ${wordOf(column, row)}`);
    return lines;
  }

  function selectOutline(outline: readonly number[], mode: LassoMode): void {
    const [now, of] = [overlay.peek(), grid.peek()];
    if (!now || !of) return;
    const toMap = (value: number, i: number) => (i % 2 === 0 ? toMapX : toMapY)(now.view, value);
    const rows = of.inside(Float32Array.from(outline, toMap));
    store.select(rows, mode, { kind: "lasso", text: `lasso of ${plural(rows.length, "image")}` });
  }

  return {
    leave,
    hover(x, y, event) {
      const target = find(x, y);
      fetchAround(x, y);
      if (!target) {
        leave();
        return false;
      }
      if ("group" in target) {
        tooltip.hide();
        const { rows, node } = membersOf(target.group);
        link(rows, node);
        return true;
      }
      const { row } = target;
      link([row], null);
      tooltip.show(event.clientX, event.clientY, {
        title: "1 image",
        named: row,
        lines: describe(row),
        rows: [row],
      });
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
        store.select(membersOf(target.group).rows, mode, { kind: "group", text: target.group.origin });
      }
    },
    open(x, y) {
      const target = find(x, y);
      if (target && "row" in target) openPreview([target.row], 0);
    },
    lasso: (outline, event) => selectOutline(outline, lassoMode(event, tool.peek(), chosen.peek())),
    selectInView() {
      const { width, height } = extent.peek();
      selectOutline([0, 0, width, 0, width, height, 0, height], chosen.peek());
    },
  };
}

function wordOf(column: Column, row: number): string {
  const value = column.values[row]!;
  if (column.kind === "category") return column.categories[value] ?? "no value";
  return Number.isNaN(value) ? "no value" : formatValueOf(column, value);
}
