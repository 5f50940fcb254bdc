/** One row of the table: a small picture, and what is known of it. Rows are used again as one scrolls. */
import { element } from "../dom";
import type { ImageRecord } from "../records";
import { badgeElement } from "./badge";
import { type Picture, type PictureState, showState, titleOf } from "./gallery-picture";
import type { TableColumn } from "./table-columns";
import { markBroken, paintTile } from "./tile";

export const ROW_HEIGHT = 28;
const PICTURE = 22;

export class TableRow implements Picture {
  readonly element: HTMLElement;
  row = -1;
  readonly side = PICTURE;
  private readonly canvas = element("canvas", { attributes: { "aria-hidden": "true" } });
  private readonly picture = element("span", { class: "imgclust-row-picture", children: [this.canvas] });
  private readonly name = element("span", { class: "imgclust-cell-text" });
  private readonly swatch = element("span", { class: "imgclust-swatch" });
  private readonly marks = element("span", { class: "imgclust-row-marks" });
  private readonly cells: readonly HTMLElement[];
  readonly columns: readonly TableColumn[];
  private painted: ImageBitmap | undefined;
  private paintedFor = 0;

  constructor(columns: readonly TableColumn[]) {
    this.columns = columns;
    const first = element("div", {
      class: "imgclust-cell",
      attributes: { role: "gridcell" },
      children: [this.picture, this.swatch, this.name, this.marks],
    });
    this.cells = columns.slice(1).map(({ isNumber }) =>
      element("div", {
        class: `imgclust-cell${isNumber ? " imgclust-number" : ""}`,
        attributes: { role: "gridcell" },
      }),
    );
    this.element = element("div", {
      class: "imgclust-line imgclust-row",
      attributes: { role: "row" },
      children: [first, ...this.cells],
    });
  }

  show(row: number, id: string): void {
    this.row = row;
    this.element.id = id;
    this.element.dataset.row = String(row);
    this.painted = undefined;
    paintTile(this.canvas, undefined, PICTURE);
  }

  paint(bitmap: ImageBitmap | undefined): void {
    if (bitmap === undefined || (bitmap === this.painted && devicePixelRatio === this.paintedFor)) return;
    paintTile(this.canvas, bitmap, PICTURE);
    this.painted = bitmap;
    this.paintedFor = devicePixelRatio;
  }

  update(state: PictureState): void {
    showState(this.element, state);
    this.swatch.hidden = state.color === null;
    if (state.color !== null) this.swatch.style.background = state.color;
    setText(this.name, state.name, titleOf(state));
    markBroken(this.picture, state.problem !== "", PICTURE);
    this.marks.replaceChildren(...state.badges.map(badgeElement));
  }

  /** The values, also before the kernel has said all of them. */
  fill(record: ImageRecord | undefined): void {
    this.cells.forEach((cell, i) => {
      setText(cell, this.columns[i + 1]!.text(this.row, record));
    });
  }
}

function setText(cell: HTMLElement, text: string, title = text): void {
  if (cell.textContent !== text) cell.textContent = text;
  if (cell.title !== title) cell.title = title;
}
