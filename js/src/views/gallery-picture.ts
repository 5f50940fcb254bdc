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
  /** Why it cannot be shown; else empty. */
  problem: string;
}

export interface Picture {
  readonly element: HTMLElement;
  readonly row: number;
  /** CSS pixels of the picture's longest side. */
  readonly side: number;
  update(state: PictureState): void;
  paint(bitmap: ImageBitmap | undefined): void;
}

/** What the pointer gets to know of a picture. */
export const titleOf = ({ name, problem }: PictureState): string =>
  problem === "" ? name : `${name}\nThe picture cannot be shown: ${problem}`;

/** What every picture shows in the same way. */
export function showState(
  el: HTMLElement,
  { name, selected, faded, hovered, cursor, badges, problem }: PictureState,
): void {
  const { classList } = el;
  const marks = badges.map(({ title }) => `, ${title}`).join("");
  el.setAttribute("aria-selected", String(selected));
  el.setAttribute("aria-label", `${name}${marks}${problem && `, cannot be shown: ${problem}`}`);
  classList.toggle("imgclust-faded", faded);
  classList.toggle("imgclust-hovered", hovered);
  classList.toggle("imgclust-cursor", cursor);
}
