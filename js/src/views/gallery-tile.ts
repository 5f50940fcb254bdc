/** One picture of the gallery. */
import { element } from "../dom";
import { paintTile } from "./tile";

export interface TileState {
  name: string;
  selected: boolean;
  /** Others are selected and this one is not. */
  faded: boolean;
  hovered: boolean;
  cursor: boolean;
  /** The colour of its value, where the group does not say it already. */
  color: string | null;
}

export class GalleryTile {
  readonly element: HTMLElement;
  readonly row: number;
  private readonly canvas = element("canvas", { attributes: { "aria-hidden": "true" } });
  private readonly dot = element("span", {
    class: "imgclust-tile-dot",
    attributes: { "aria-hidden": "true" },
  });
  private readonly caption = element("span", {
    class: "imgclust-tile-caption",
    attributes: { "aria-hidden": "true" },
  });
  private painted: ImageBitmap | undefined;
  private paintedFor = 0;

  constructor(row: number, id: string, column: number, side: number) {
    this.row = row;
    this.element = element("div", {
      class: "imgclust-tile",
      attributes: { role: "gridcell", id, "data-row": row, "aria-colindex": column + 1 },
      children: [
        element("div", {
          class: "imgclust-tile-picture",
          children: [element("div", { children: [this.canvas, this.dot] })],
        }),
        this.caption,
      ],
    });
    paintTile(this.canvas, undefined, side);
  }

  paint(bitmap: ImageBitmap | undefined, side: number): void {
    if (bitmap === undefined) return;
    if (bitmap === this.painted && devicePixelRatio === this.paintedFor) return;
    paintTile(this.canvas, bitmap, side);
    this.painted = bitmap;
    this.paintedFor = devicePixelRatio;
  }

  update({ name, selected, faded, hovered, cursor, color }: TileState): void {
    const { classList } = this.element;
    this.element.setAttribute("aria-selected", String(selected));
    this.element.setAttribute("aria-label", name);
    classList.toggle("imgclust-faded", faded);
    classList.toggle("imgclust-hovered", hovered);
    classList.toggle("imgclust-cursor", cursor);
    this.element.title = name;
    this.caption.textContent = name;
    this.dot.hidden = color === null;
    if (color !== null) this.dot.style.background = color;
  }
}
