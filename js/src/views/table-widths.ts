/** How wide the table's columns are. */
import type { TableColumn } from "./table-columns";

export const WIDTHS = { min: 40, max: 900 } as const;

export type Widths = Readonly<Record<string, number>>;

export const widthOf = ({ name, width }: TableColumn, widths: Widths): number =>
  Math.max(WIDTHS.min, Math.min(WIDTHS.max, Math.round(widths[name] ?? width)));

/** As a value of grid-template-columns; the last column takes what is left. */
export const columnTemplate = (columns: readonly TableColumn[], widths: Widths): string =>
  columns
    .map((column, i) => {
      const width = widthOf(column, widths);
      return i < columns.length - 1 ? `${width}px` : `minmax(${width}px, 1fr)`;
    })
    .join(" ");

export const tableWidth = (columns: readonly TableColumn[], widths: Widths): number =>
  columns.reduce((sum, column) => sum + widthOf(column, widths), 0);

/** What a column would need to show whole what is in the page of it. */
export function fittingWidth(table: HTMLElement, index: number): number {
  const cells = [...table.querySelectorAll<HTMLElement>("[role=row]")]
    .map((row) => row.children[index])
    .filter((cell) => cell instanceof HTMLElement && cell.matches(".imgclust-cell")) as HTMLElement[];
  const { style } = table;
  const before = style.getPropertyValue("--imgclust-columns");
  style.setProperty("--imgclust-columns", `repeat(${index + 1}, max-content)`);
  const width = Math.max(0, ...cells.map((cell) => Math.ceil(cell.getBoundingClientRect().width)));
  style.setProperty("--imgclust-columns", before);
  return width;
}
