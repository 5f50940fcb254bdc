/** The pictures: all of them or the selection, grouped, in leaf order; selected with mouse and keys as in a file manager. */
import { computed, signal as makeSignal, untracked } from "@preact/signals-core";
import { element, watch } from "../dom";
import { formatCount, plural } from "../format";
import { type Group, groupRows } from "../groups";
import { Bitset, modeOf } from "../selection";
import type { Origin } from "../store";
import type { ViewContext } from "./context";
import { GAP, GalleryGrid, PADDING } from "./gallery-grid";
import { galleryHeader } from "./gallery-header";
import { Lines } from "./gallery-lines";

/** From this size on there is room for a name. */
const CAPTIONS_FROM = 104;
const PICKED: Origin = { kind: "click", text: "picked in the gallery" };

export function mountGallery(el: HTMLElement, ctx: ViewContext): void {
  const { store, thumbnails, records, signal } = ctx;

  /** The rows shown; null for all. What is picked here does not change what is shown here. */
  const scope = makeSignal<Bitset | null>(null);
  let picking = false;
  const width = makeSignal(0);
  const cursor = makeSignal<number | null>(null);
  /** Where a range begins, and what was selected besides when it began. */
  let anchor: number | null = null;
  let base = new Bitset(0);

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

  const grid = new GalleryGrid(
    { lines: lines.value, ...layout.value },
    (group) => groupHeader(group),
    () => refresh(),
    signal,
  );
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

  // What to show follows the selection of the other views, and the switch.
  watch(signal, () => {
    const { rows, count } = store.selection.value;
    const { showAll } = store.ui.value;
    if (picking) return;
    base = rows;
    anchor = null;
    scope.value = count === 0 || showAll ? null : rows;
  });

  let shownScope: Bitset | null = null;
  watch(signal, () => {
    const shape = { lines: lines.value, ...layout.value };
    const scroll = scope.value === shownScope || scope.value === null ? "keep" : "top";
    shownScope = scope.value;
    untracked(() => grid.setShape(shape, scroll));
  });
  watch(signal, () => {
    const { version, n } = store.dataset.value;
    nothing.hidden = n > 0;
    nothing.textContent =
      version === 0 || store.progress.value.state === "running" ? "Looking for images …" : "No image.";
  });

  function refresh(): void {
    const rows = grid.rowsInReach();
    show(rows, grid.side * devicePixelRatio);
    // Names of what only rushes past are not asked for.
    if (!grid.isScrolling) records.ask(rows);
    untracked(drawTiles);
  }

  function drawTiles(): void {
    const { selection, hover, coloring, groupBy } = store;
    const { rows: selected, count } = selection.value;
    const allShown = scope.value !== null && scope.value.equals(selected);
    const hovered = new Set(hover.value?.rows);
    const { css, codes, column } = coloring.value;
    const dots = column !== groupBy.value && coloring.value.legend.kind !== "none";
    for (const tile of grid.tiles()) {
      const { row } = tile;
      const isSelected = selected.has(row);
      tile.update({
        name: records.get(row)?.name ?? `image ${row + 1}`,
        selected: isSelected,
        faded: count > 0 && !isSelected,
        hovered: hovered.has(row),
        cursor: row === cursor.value,
        color: dots ? css[codes[row]!]! : null,
      });
      tile.paint(thumbnails.get(row, grid.side * devicePixelRatio), grid.side);
    }
    grid.scroller.classList.toggle("imgclust-all-selected", allShown);
    if (cursor.value !== null) grid.scroller.setAttribute("aria-activedescendant", grid.tileId(cursor.value));
  }
  watch(signal, () => {
    thumbnails.onArrival.value;
    records.onArrival.value;
    drawTiles();
  });

  function pick(
    rows: Iterable<number> | Bitset,
    mode: Parameters<typeof store.select>[1],
    origin: Origin,
  ): void {
    picking = true;
    store.select(rows, mode, origin);
    picking = false;
  }

  function pickOne(row: number, event: MouseEvent | KeyboardEvent): void {
    cursor.value = row;
    if (event.shiftKey && anchor !== null) {
      const order = lines.value.rows;
      const [from, to] = [order.indexOf(anchor), order.indexOf(row)].sort((a, b) => a - b) as [
        number,
        number,
      ];
      const range = Bitset.of(base.length, order.subarray(from, to + 1));
      pick(base.union(range), "replace", PICKED);
      return;
    }
    pick([row], modeOf(event), PICKED);
    anchor = row;
    base = store.selection.value.rows;
  }

  function pickGroup(group: Group, event: MouseEvent): void {
    const text = group.by === "cluster" ? group.label.toLowerCase() : `${group.by} ${group.label}`;
    pick(group.rows, modeOf(event), { kind: "group", text });
    base = store.selection.value.rows;
  }

  function preview(row: number): void {
    const { rows } = lines.value;
    ctx.openPreview(rows, rows.indexOf(row), (last) => moveTo(last));
  }

  function moveTo(position: number): void {
    const row = lines.value.rows[position];
    if (row === undefined) return;
    cursor.value = row;
    grid.scrollTo(position);
  }

  function groupHeader(group: Group): HTMLElement {
    const { css, column } = store.coloring.value;
    const button = element("button", {
      class: "imgclust-group",
      title: `Select ${plural(group.rows.length, "image")}`,
      attributes: { type: "button" },
    });
    if (group.by === column) {
      const swatch = element("span", { class: "imgclust-swatch" });
      swatch.style.background = css[store.coloring.value.codes[group.rows[0]!]!]!;
      button.append(swatch);
    }
    const part = group.rows.length < group.total ? `${formatCount(group.rows.length)} of ` : "";
    button.append(
      element("span", { class: "imgclust-group-label", text: group.label }),
      element("span", { class: "imgclust-count", text: part + formatCount(group.total) }),
    );
    button.addEventListener("click", (event) => pickGroup(group, event));
    button.addEventListener("pointerenter", () => {
      store.hover.value = { rows: [...group.rows], node: group.node, source: "gallery" };
    });
    button.addEventListener("pointerleave", () => {
      store.hover.value = null;
    });
    return button;
  }

  const rowOf = (event: Event): number | null => {
    const tile = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-row]") : null;
    return tile === null ? null : Number(tile.dataset.row);
  };

  grid.scroller.addEventListener("click", (event) => {
    const row = rowOf(event);
    if (row !== null) {
      pickOne(row, event);
      return;
    }
    if (event.target instanceof Element && event.target.closest("button")) return;
    picking = true;
    store.clearSelection();
    picking = false;
  });
  grid.scroller.addEventListener("dblclick", (event) => {
    const row = rowOf(event);
    if (row !== null) preview(row);
  });
  grid.scroller.addEventListener("pointerover", (event) => {
    const row = rowOf(event);
    if (row !== null) store.hover.value = { rows: [row], node: null, source: "gallery" };
  });
  grid.scroller.addEventListener("pointerout", (event) => {
    if (rowOf(event) !== null) store.hover.value = null;
  });

  grid.scroller.addEventListener("keydown", (event) => {
    if (event.target !== grid.scroller) return;
    const { rows } = lines.value;
    const row = cursor.value ?? rows[0];
    if (row === undefined) return;
    const chord = event.ctrlKey || event.metaKey;
    if (event.key === "Enter" || (event.key === " " && !chord)) preview(row);
    else if (event.key === " ") pickOne(row, event);
    else if (event.key === "a" && chord) {
      pick(rows, "replace", scope.value === null ? { kind: "all", text: "all images" } : PICKED);
    } else if (event.key === "Escape") store.clearSelection();
    else {
      const from = cursor.value === null ? -1 : rows.indexOf(cursor.value);
      const to = from < 0 ? 0 : lines.value.move(from, event.key, grid.linesPerPage);
      if (to === null || !(event.key.startsWith("Arrow") || /^(Home|End|Page)/.test(event.key))) return;
      moveTo(to);
      if (!chord) pickOne(rows[to]!, event);
    }
    event.preventDefault();
  });

  const observer = new ResizeObserver(() => {
    width.value = grid.scroller.clientWidth;
  });
  observer.observe(grid.scroller);
  signal.addEventListener("abort", () => observer.disconnect());
}
