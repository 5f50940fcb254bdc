/** The names of the table's columns; a click sorts by one, another the other way round. */
import { ArrowDown, ArrowUp } from "lucide";
import { element } from "../dom";
import { type Sort, sortsAlike } from "../sorting";
import { icon } from "./icons";
import type { TableColumn } from "./table-columns";

export function tableHeader(
  columns: readonly TableColumn[],
  sort: Sort,
  sortBy: (sort: Sort) => void,
): HTMLElement {
  const cells = columns.map((column) => {
    const isSorted = sortsAlike(column.sort, sort);
    const isDescending = sort.kind !== "similar" && sort.descending;
    const made = element("button", {
      class: "imgclust-column",
      title: `Sort by ${column.name}`,
      attributes: { type: "button", "data-column": column.name },
      children: [element("span", { class: "imgclust-cell-text", text: column.name })],
    });
    if (isSorted) made.append(icon(isDescending ? ArrowDown : ArrowUp, 12));
    made.addEventListener("click", () =>
      sortBy({ ...column.sort, descending: isSorted && !isDescending } as Sort),
    );
    return element("div", {
      class: `imgclust-cell${column.isNumber ? " imgclust-number" : ""}`,
      attributes: {
        role: "columnheader",
        "aria-sort": isSorted ? (isDescending ? "descending" : "ascending") : "none",
      },
      children: [made],
    });
  });
  return element("div", {
    class: "imgclust-columns",
    attributes: { role: "row", "aria-rowindex": 1 },
    children: cells,
  });
}

/** As a value of grid-template-columns; the last column takes what is left. */
export const columnTemplate = (columns: readonly TableColumn[]): string =>
  columns
    .map(({ width }, i) => (i < columns.length - 1 ? `${width}px` : `minmax(${width}px, 1fr)`))
    .join(" ");

export const tableWidth = (columns: readonly TableColumn[]): number =>
  columns.reduce((sum, { width }) => sum + width, 0);
