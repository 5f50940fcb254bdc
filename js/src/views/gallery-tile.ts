/** One picture of the gallery. Tiles are used again for other pictures as one scrolls. */
import { element } from "../dom";
import { badgeElement } from "./badge";
import { type Picture, type PictureState, showState, titleOf } from "./gallery-picture";
import { markBroken, paintTile } from "./tile";

/** On smaller pictures marks would hide what they mark. */
const MARKS_FROM = 44;

export class GalleryTile implements Picture {
  readonly element: HTMLElement;
  row = -1;
  side = 0;
  private readonly canvas = element("canvas", { attributes: { "aria-hidden": "true" } });
  private readonly box = element("div", { children: [this.canvas] });
  private readonly dot = element("span", {
    class: "imgclust-tile-dot",
    attributes: { "aria-hidden": "true" },
  });
  private readonly marks = element("div", {
    class: "imgclust-tile-marks",
    attributes: { "aria-hidden": "true" },
  });
  private readonly caption = element("span", {
    class: "imgclust-tile-caption",
    attributes: { "aria-hidden": "true" },
  });
  private painted: ImageBitmap | undefined;
  private paintedFor = 0;
  private marked = "";

  constructor() {
    this.element = element("div", {
      class: "imgclust-tile",
      attributes: { role: "gridcell" },
      children: [element("div", { class: "imgclust-tile-picture", children: [this.box] })],
    });
  }

  show(row: number, id: string, column: number, side: number, hasCaption: boolean): void {
    const isPainted = row === this.row && side === this.side;
    this.row = row;
    this.side = side;
    this.element.setAttribute("aria-colindex", String(column + 1));
    this.element.id = id;
    this.element.dataset.row = String(row);
    if (hasCaption) this.element.append(this.caption);
    else this.caption.remove();
    if (isPainted) return;
    this.painted = undefined;
    paintTile(this.canvas, undefined, side);
  }

  paint(bitmap: ImageBitmap | undefined): void {
    if (bitmap === undefined) return;
    if (bitmap === this.painted && devicePixelRatio === this.paintedFor) return;
    paintTile(this.canvas, bitmap, this.side);
    this.painted = bitmap;
    this.paintedFor = devicePixelRatio;
  }

  update(state: PictureState): void {
    const { name, color, badges, problem } = state;
    showState(this.element, state);
    markBroken(this.box, problem !== "", this.side);
    const title = titleOf(state);
    if (this.element.title !== title) {
      this.element.title = title;
      this.caption.textContent = name;
    }
    if (color === null) this.dot.remove();
    else {
      this.dot.style.background = color;
      if (!this.dot.isConnected) this.box.append(this.dot);
    }
    const marked = this.side < MARKS_FROM ? "" : badges.map(({ title }) => title).join("\n");
    if (marked === this.marked) return;
    this.marked = marked;
    if (marked === "") this.marks.remove();
    else {
      this.marks.replaceChildren(...badges.map(badgeElement));
      this.box.append(this.marks);
    }
  }
}
