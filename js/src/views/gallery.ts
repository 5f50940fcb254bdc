/** The pictures: all of them or the selection, grouped, in leaf order. */
import { computed, signal as makeSignal, untracked } from "@preact/signals-core";
import { element, watch, watchSize } from "../dom";
import { groupRows } from "../groups";
import type { Bitset } from "../selection";
import type { ViewContext } from "./context";
import { GAP, GalleryGrid, PADDING } from "./gallery-grid";
import { galleryHeader } from "./gallery-header";
import { listenToGrid } from "./gallery-input";
import { Lines } from "./gallery-lines";
import { Picker } from "./gallery-picker";

/** From this size on there is room for a name. */
const CAPTIONS_FROM = 104;

export function mountGallery(el: HTMLElement, ctx: ViewContext): void {
  const { store, thumbnails, records, signal } = ctx;

  /** The rows shown; null for all. What is picked here does not change what is shown here. */
  const scope = makeSignal<Bitset | null>(null);
  const width = makeSignal(0);
  const groups = computed(() =>
    groupRows(store.dataset.value, store.clusters.value, store.groupBy.value, scope.value),
  );
  const layout = computed(() => {
    const room = Math.max(1, width.value - 2 * PADDING);
    const { tileSize } = store.ui.value;
    const perLine = Math.max(1, Math.floor((room + GAP) / (tileSize + GAP)));
    const side = Math.min(Math.floor((room + GAP) / perLine) - GAP, Math.round(1.5 * tileSize));
    return { perLine, side, captions: side >= CAPTIONS_FROM };
  });
  const lines = computed(() => new Lines(groups.value, layout.value.perLine));

  const picker = new Picker(store, () => lines.value.rows);
  const grid = new GalleryGrid(ctx, { lines: lines.value, ...layout.value }, picker, drawSoon);
  const show = thumbnails.claim(signal);
  const nothing = element("p", { class: "imgclust-pending" });
  const header = galleryHeader(
    ctx,
    () => ({ count: lines.value.rows.length, all: scope.value === null }),
    () => {
      store.setUi({ showAll: false });
      scope.value = store.selection.value.rows;
    },
  );
  el.append(header, grid.scroller, nothing);
  listenToGrid(grid, picker, () => lines.value, ctx);

  // What is shown follows what other views select, and the switch.
  const showAll = computed(() => store.ui.value.showAll);
  watch(signal, () => {
    const { rows, count } = store.selection.value;
    const all = showAll.value;
    if (picker.isPicking) return;
    picker.startAfresh();
    scope.value = count === 0 || all ? null : rows;
    const first = all ? lines.peek().rows.findIndex((row) => rows.has(row)) : -1;
    if (first >= 0) grid.scrollTo(first);
  });

  let shownScope: Bitset | null = null;
  watch(signal, () => {
    const shape = { lines: lines.value, ...layout.value };
    // The groups' heads show colours.
    store.coloring.value;
    const scroll = scope.value === shownScope || scope.value === null ? "keep" : "top";
    shownScope = scope.value;
    untracked(() => grid.setShape(shape, scroll));
  });

  watch(signal, () => {
    const { version, n } = store.dataset.value;
    const { state, message } = store.progress.value;
    nothing.hidden = n > 0;
    grid.scroller.hidden = n === 0;
    if (n > 0) return;
    const isLooking = version === 0 && state !== "failed" && state !== "cancelled";
    nothing.textContent = isLooking ? "Looking for images …" : message || "There are no images to show.";
  });

  function drawSoon(): void {
    const rows = grid.rowsInReach();
    show(rows, grid.side * devicePixelRatio);
    // Names of what only rushes past are not asked for.
    if (!grid.isScrolling) records.ask(rows);
    untracked(draw);
  }

  function draw(): void {
    const { rows: selected, count } = store.selection.value;
    const hovered = new Set(store.hover.value?.rows);
    const { css, codes, column, legend } = store.coloring.value;
    const dots = column !== store.groupBy.value && legend.kind !== "none";
    const cursor = picker.cursor.value;
    for (const tile of grid.tiles()) {
      const { row } = tile;
      const isSelected = selected.has(row);
      tile.update({
        name: records.get(row)?.name ?? `image ${row + 1}`,
        selected: isSelected,
        faded: count > 0 && !isSelected,
        hovered: hovered.has(row),
        cursor: row === cursor,
        color: dots ? css[codes[row]!]! : null,
      });
      tile.paint(thumbnails.get(row, grid.side * devicePixelRatio), grid.side);
    }
    grid.scroller.classList.toggle("imgclust-all-selected", scope.value?.equals(selected) ?? false);
    if (cursor !== null) grid.scroller.setAttribute("aria-activedescendant", grid.tileId(cursor));
  }
  watch(signal, () => {
    thumbnails.onArrival.value;
    records.onArrival.value;
    draw();
  });

  watchSize(signal, grid.scroller, () => {
    width.value = grid.scroller.clientWidth;
    drawSoon();
  });
}
