/** The names of the table's columns: a click sorts by one, another the other way round; their edges can be moved. */
import type { ReadonlySignal } from "@preact/signals-core";
import { ArrowDown, ArrowUp } from "lucide";
import { element, watch } from "../dom";
import { type Sort, sortsAlike } from "../sorting";
import type { Store } from "../store";
import { readOptions, setOptions } from "./gallery-options";
import { icon } from "./icons";
import type { TableColumn } from "./table-columns";
import { columnEdge } from "./table-edge";
import { fittingWidth, type Widths } from "./table-widths";

/** It stays while one sorts and moves edges, so that the keyboard stays where it is. */
export function tableHeader(
  columns: ReadonlySignal<readonly TableColumn[] | null>,
  sort: ReadonlySignal<Sort>,
  widths: ReadonlySignal<Widths>,
  store: Store,
  signal: AbortSignal,
): HTMLElement {
  const header = element("div", {
    class: "imgclust-columns",
    attributes: { role: "row", "aria-rowindex": 1 },
  });
  const setWidth = (name: string, width: number): void =>
    setOptions(store, { widths: { ...readOptions(store.ui.peek().gallery).widths, [name]: width } });

  let life = new AbortController();
  signal.addEventListener("abort", () => life.abort());
  watch(signal, () => {
    const shown = columns.value;
    life.abort();
    life = new AbortController();
    header.hidden = shown === null;
    header.replaceChildren(...(shown ?? []).map((column, i) => cellOf(column, i, life.signal)));
  });

  function cellOf(column: TableColumn, index: number, ends: AbortSignal): HTMLElement {
    const name = element("button", {
      class: "imgclust-column",
      title: `Sort by ${column.name}`,
      attributes: { type: "button", "data-column": column.name },
    });
    const words = element("span", { class: "imgclust-cell-text", text: column.name });
    const edge = columnEdge(
      column,
      widths,
      (width) => setWidth(column.name, width),
      () => fittingWidth(header.parentElement!, index),
      ends,
    );
    const cell = element("div", {
      class: `imgclust-cell${column.isNumber ? " imgclust-number" : ""}`,
      // Without the name of its edge.
      attributes: { role: "columnheader", "aria-label": column.name },
      children: [name, edge],
    });
    watch(ends, () => {
      const by = sort.value;
      const isSorted = sortsAlike(column.sort, by);
      const isDescending = by.kind !== "similar" && by.descending;
      cell.setAttribute("aria-sort", isSorted ? (isDescending ? "descending" : "ascending") : "none");
      name.replaceChildren(words, ...(isSorted ? [icon(isDescending ? ArrowDown : ArrowUp, 12)] : []));
    });
    name.addEventListener("click", () => {
      const by = sort.peek();
      const descending = sortsAlike(column.sort, by) && by.kind !== "similar" && !by.descending;
      setOptions(store, { sort: { ...column.sort, descending } as Sort });
    });
    return cell;
  }
  return header;
}
