/** What a tile and a row of the table have in common. */
import type { Badge } from "../badges";

export interface PictureState {
  /** Its file's name, or what stands for it until that is known. */
  name: string;
  selected: boolean;
  /** Others are selected and this one is not. */
  faded: boolean;
  hovered: boolean;
  cursor: boolean;
  /** The colour of its value, where the group does not say it already. */
  color: string | null;
  badges: readonly Badge[];
}

export interface Picture {
  readonly element: HTMLElement;
  readonly row: number;
  /** CSS pixels of the picture's longest side. */
  readonly side: number;
  update(state: PictureState): void;
  paint(bitmap: ImageBitmap | undefined, isBroken: boolean): void;
}

/** What every picture shows in the same way. */
export function showState(
  el: HTMLElement,
  { name, selected, faded, hovered, cursor, badges }: PictureState,
): void {
  const { classList } = el;
  const marks = badges.map(({ title }) => `, ${title}`).join("");
  el.setAttribute("aria-selected", String(selected));
  el.setAttribute("aria-label", `${name}${marks}`);
  classList.toggle("imgclust-faded", faded);
  classList.toggle("imgclust-hovered", hovered);
  classList.toggle("imgclust-cursor", cursor);
}
