/** The pictures: all of them or the selection, grouped and sorted, as tiles or as a table. */
import { batch, computed, signal as makeSignal, untracked } from "@preact/signals-core";
import { badgesOf } from "../badges";
import { element, oncePerFrame, watch, watchSize } from "../dom";
import { type Group, groupKey, groupRows } from "../groups";
import { isRanking, sortsAlike } from "../sorting";
import { areSameItems, type Dataset, packSelection, unpackSelection } from "../wire";
import type { ViewContext } from "./context";
import { listenToBand } from "./gallery-band";
import { GAP, GalleryGrid, type GridShape, PADDING } from "./gallery-grid";
import { galleryHeader } from "./gallery-header";
import { listenToGrid } from "./gallery-input";
import { Lines } from "./gallery-lines";
import { readOptions } from "./gallery-options";
import { createOrder } from "./gallery-order";
import { Picker } from "./gallery-picker";
import { mountReview, scoreBadge } from "./gallery-review";
import { tileShape } from "./gallery-shape";
import { tableColumns } from "./table-columns";
import { tableHeader } from "./table-header";
import { ROW_HEIGHT, TableRow } from "./table-row";

export function mountGallery(el: HTMLElement, ctx: ViewContext): void {
  const { store, thumbnails, records, review, signal } = ctx;

  /** The rows shown; null for all. What is picked here does not change what is shown here. */
  const chosen = makeSignal<Uint8Array | null>(null);
  const scope = computed(() => chosen.value && unpackSelection(chosen.value, store.published.value));
  const width = makeSignal(0);
  /** Those of them that the filters let through. */
  const shownRows = computed(() => {
    const visible = store.visible.value;
    return scope.value && visible ? scope.value.intersection(visible) : (scope.value ?? visible);
  });
  const folded = makeSignal<ReadonlySet<string>>(new Set());
  const mode = computed(() => readOptions(store.ui.value.gallery).mode);
  const sortKey = computed(() => JSON.stringify(readOptions(store.ui.value.gallery).sort));
  const sort = computed(() => {
    sortKey.value;
    return untracked(() => readOptions(store.ui.value.gallery).sort);
  });
  const order = createOrder(ctx, sort);
  const groupBy = computed(() => (isRanking(sort.value) ? "" : store.groupBy.value));
  const groupColumn = computed(() => store.dataset.value.columns.get(groupBy.value));
  const groups = computed(() => {
    // Other columns do not matter.
    groupColumn.value;
    const dataset = store.published.value && store.dataset.peek();
    return review.rows.value
      ? groupRows(dataset, null, "", null, review.rows.value)
      : groupRows(dataset, store.clusters.value, groupBy.value, shownRows.value, order.rows.value);
  });
  const tileSize = computed(() => store.ui.value.tileSize);
  const allColumns = computed(() =>
    tableColumns(store.dataset.value, store.clusters.value, records.columns.value),
  );
  const hiddenColumns = computed(() => readOptions(store.ui.value.gallery).hidden.join("\n"));
  const columns = computed(() => {
    if (mode.value !== "table") return null;
    const hidden = new Set(hiddenColumns.value.split("\n"));
    return allColumns.value.filter(({ name }, i) => i === 0 || !hidden.has(name));
  });
  const widths = computed(() => readOptions(store.ui.value.gallery).widths);
  const shape = computed<GridShape>(() => {
    const { size } = folded.value;
    const isFolded = (group: Group): boolean => size > 0 && folded.value.has(groupKey(group));
    const items = store.published.value;
    if (columns.value !== null) {
      const lines = new Lines(groups.value, { perLine: 1, height: ROW_HEIGHT, groupGap: 0 }, isFolded);
      return { lines, items, side: ROW_HEIGHT, captions: false, columns: columns.value };
    }
    const { side, captions, ...lineShape } = tileShape(width.value - 2 * PADDING, tileSize.value, GAP);
    return { lines: new Lines(groups.value, lineShape, isFolded), items, side, captions, columns: null };
  });
  const lines = computed(() => shape.value.lines);
  const badges = computed(() => badgesOf(store.dataset.value));
  const picker = new Picker(store, () => lines.value.rows);
  const fold = (group: Group, isCollapsed: boolean, all: boolean): void => {
    const next = new Set(folded.peek());
    for (const each of all ? groups.peek() : [group]) {
      if (isCollapsed) next.add(groupKey(each));
      else next.delete(groupKey(each));
    }
    folded.value = next;
    // Its head was in sight, and stays there.
    grid.scrollToGroup(groupKey(group));
  };
  const hands = { fold, pick: (group: Group, event: MouseEvent) => picker.pickGroup(group, event) };
  const names = tableHeader(columns, sort, widths, store, signal);
  const grid = new GalleryGrid(ctx, shape.value, names, hands, onLines);
  const drawLines = oncePerFrame(signal, () => grid.draw());
  const show = thumbnails.claim(signal);
  const nothing = element("p", { class: "imgclust-pending" });
  const header = galleryHeader(
    ctx,
    () => ({
      count: groups.value.reduce((sum, { rows }) => sum + rows.length, 0),
      all: scope.value === null,
    }),
    () => order.problem.value,
    () => allColumns.value.map(({ name }) => name),
    () => {
      store.setUi({ showAll: false });
      chosen.value = packSelection(store.selection.value.rows, store.published.value);
    },
  );
  el.append(header, grid.scroller, nothing);
  grid.scroller.before(mountReview(grid, picker, () => lines.peek(), ctx));
  listenToBand(grid, picker, signal);
  listenToGrid(
    grid,
    picker,
    () => lines.value,
    () => groups.value.flatMap(({ rows }) => [...rows]),
    ctx,
  );

  // What is shown follows what other views select, and the switch.
  const showAll = computed(() => store.ui.value.showAll);
  let before: { published: Dataset; items: Uint8Array; all: boolean } | null = null;
  watch(signal, () => {
    const { rows, count } = store.selection.value;
    const all = showAll.value;
    const published = store.published.peek();
    const items = packSelection(rows, published);
    // When other images come or go, what is selected stays, and so does what is in sight.
    const isKept = before && before.published !== published && before.all === all;
    const isSame = isKept === true && areSameItems(before!.items, items);
    before = { published, items, all };
    if (picker.isPicking || isSame) return;
    picker.startAfresh();
    batch(() => {
      chosen.value = count === 0 || all ? null : items;
    });
    const first = all ? lines.peek().rows.findIndex((row) => rows.has(row)) : -1;
    if (first >= 0) grid.scrollTo(first);
  });

  let shown: { chosen: Uint8Array | null; sort: typeof sort.value } = { chosen: null, sort: sort.peek() };
  watch(signal, () => {
    const now = shape.value;
    // The groups' heads show colours.
    store.coloring.value;
    const isOther = chosen.value !== null && chosen.value !== shown.chosen;
    const isSorted = !sortsAlike(sort.value, shown.sort) || sort.value !== shown.sort;
    shown = { chosen: chosen.value, sort: sort.value };
    untracked(() => grid.setShape(now, isOther || isSorted ? "top" : "keep"));
  });

  watch(signal, () => {
    const wanted = new Set(ctx.news.rows.value);
    const position = untracked(() => lines.value.rows.findIndex((row) => wanted.has(row)));
    if (position >= 0) untracked(() => grid.scrollTo(position));
  });

  watch(signal, () => {
    if (columns.value !== null) grid.setWidths(columns.value, widths.value);
  });

  watch(signal, () => {
    const { version, n } = store.published.value;
    const { state, message } = store.progress.value;
    nothing.hidden = n > 0;
    grid.scroller.hidden = n === 0;
    if (n > 0) return;
    const isLooking = version === 0 && state !== "failed" && state !== "cancelled";
    nothing.textContent = isLooking ? "Looking for images …" : message || "There are no images to show.";
  });

  function onLines(): void {
    const rows = grid.rowsInReach();
    show(rows, grid.side * devicePixelRatio);
    // What is known of what only rushes past is not asked for.
    if (!grid.isScrolling) records.ask(rows);
    untracked(draw);
  }

  function draw(): void {
    const { rows: selected, count } = store.selection.value;
    const hovered = new Set(store.hover.value?.rows);
    const { css, codes, column, legend } = store.coloring.value;
    const dots = column !== groupBy.value && legend.kind !== "none";
    const cursor = picker.cursor.value;
    const isReview = review.rows.value !== null;
    for (const picture of grid.pictures()) {
      const { row } = picture;
      const record = records.get(row);
      const isSelected = selected.has(row);
      picture.update({
        name: record?.name ?? `image ${row + 1}`,
        selected: isSelected,
        faded: count > 0 && !isSelected && !isReview,
        hovered: hovered.has(row),
        cursor: row === cursor,
        color: dots ? css[codes[row]!]! : null,
        badges: [...scoreBadge(review, row), ...badges.value(row)],
        problem: thumbnails.problem(row),
      });
      if (picture instanceof TableRow) picture.fill(record);
      picture.paint(thumbnails.get(row, grid.side * devicePixelRatio));
    }
    grid.scroller.classList.toggle("imgclust-all-selected", scope.value?.equals(selected) ?? false);
    if (cursor !== null) grid.scroller.setAttribute("aria-activedescendant", grid.elementId(cursor));
  }
  watch(signal, () => {
    thumbnails.onArrival.value;
    records.onArrival.value;
    draw();
  });

  watchSize(signal, grid.scroller, () => {
    width.value = grid.scroller.clientWidth;
    drawLines();
  });
}
