/** Mouse and keys on the gallery's grid. */
import { longName } from "../cluster-names";
import { TILE_SIZES } from "../ui";
import type { ViewContext } from "./context";
import type { GalleryGrid } from "./gallery-grid";
import type { Lines } from "./gallery-lines";
import { setOptions } from "./gallery-options";
import type { Picker } from "./gallery-picker";
import { openMenu } from "./menu";

const SIZE_STEP = 12;

/** `shown` are the rows that the gallery is about, also those of collapsed groups. */
export function listenToGrid(
  grid: GalleryGrid,
  picker: Picker,
  lines: () => Lines,
  shown: () => readonly number[],
  ctx: ViewContext,
): void {
  const { scroller } = grid;
  const { store } = ctx;

  function openPreview(row: number): void {
    const { rows } = lines();
    ctx.openPreview(rows, rows.indexOf(row), moveTo);
  }

  function moveTo(position: number): void {
    const row = lines().rows[position];
    if (row === undefined) return;
    picker.moveCursor(row);
    grid.scrollTo(position);
  }

  function openRowMenu(row: number, x: number, y: number): void {
    const { ids, tree, header } = store.dataset.peek();
    const { clusters } = store;
    const items = [{ label: "Look at it large", run: () => openPreview(row) }];
    if (!header.offline)
      items.push({
        label: "Sort by similarity to this",
        run: () => {
          setOptions(store, { sort: { kind: "similar", id: ids[row]! } });
          scroller.scrollTop = 0;
        },
      });
    const current = clusters.peek();
    if (current !== null && tree !== null) {
      const cluster = current.labels[row]!;
      const start = current.start[cluster]!;
      items.push({
        label: `Select its cluster (${cluster + 1})`,
        run: () =>
          store.select(tree.leafOrder.subarray(start, start + current.size[cluster]!), "replace", {
            kind: "group",
            text: longName(current, cluster),
          }),
      });
    }
    openMenu(scroller, { left: x, top: y }, "Picture", items, ctx.signal);
  }

  const rowOf = (event: Event): number | null => {
    const tile = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-row]") : null;
    return tile === null ? null : Number(tile.dataset.row);
  };
  const isOnHeader = ({ target }: Event): boolean =>
    target instanceof Element && target.closest("button") !== null;

  scroller.addEventListener("click", (event) => {
    const row = rowOf(event);
    if (row !== null) picker.pick(row, event);
    else if (!isOnHeader(event)) picker.clear();
  });
  scroller.addEventListener("dblclick", (event) => {
    const row = rowOf(event);
    if (row !== null) openPreview(row);
  });
  scroller.addEventListener("contextmenu", (event) => {
    const row = rowOf(event) ?? (event.button === 2 ? null : picker.cursor.peek());
    if (row === null) return;
    event.preventDefault();
    event.stopPropagation();
    picker.moveCursor(row);
    const box = document.getElementById(grid.elementId(row))?.getBoundingClientRect();
    const byKey = event.button !== 2 && box !== undefined;
    openRowMenu(row, byKey ? box.left + 12 : event.clientX, byKey ? box.top + 12 : event.clientY);
  });
  scroller.addEventListener("pointerover", (event) => {
    const row = rowOf(event);
    if (row !== null) store.hover.value = { rows: [row], node: null, source: "gallery" };
  });
  scroller.addEventListener("pointerout", (event) => {
    if (rowOf(event) !== null) store.hover.value = null;
  });

  scroller.addEventListener("keydown", (event) => {
    if (event.target === scroller && act(event)) event.preventDefault();
  });

  function resize(by: number): void {
    const { min, max } = TILE_SIZES;
    store.setUi({ tileSize: Math.max(min, Math.min(max, store.ui.peek().tileSize + by)) });
  }

  /** Whether the key meant something here. */
  function act(event: KeyboardEvent): boolean {
    const { rows } = lines();
    const at = picker.cursor.value === null ? -1 : rows.indexOf(picker.cursor.value);
    const row = rows[Math.max(0, at)];
    if (row === undefined) return false;
    const chord = event.ctrlKey || event.metaKey;
    if (event.key === "Enter" || (event.key === " " && !chord)) openPreview(row);
    else if (event.key === " ") picker.pick(row, event);
    else if (event.key === "a" && chord) picker.pickAll(shown());
    else if (event.key === "+" || event.key === "=") resize(SIZE_STEP);
    else if (event.key === "-") resize(-SIZE_STEP);
    else if (event.key === "Escape") store.clearSelection();
    else if (grid.isTable && (event.key === "ArrowLeft" || event.key === "ArrowRight")) return false;
    else {
      const target = lines().move(Math.max(0, at), event.key, grid.linesPerPage);
      if (target === null) return false;
      // The first arrow key only shows where one is.
      const to = at < 0 && event.key.startsWith("Arrow") ? 0 : target;
      moveTo(to);
      if (!chord) picker.pick(rows[to]!, event);
    }
    return true;
  }
}
