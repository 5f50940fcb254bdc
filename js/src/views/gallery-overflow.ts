/** Puts controls for which a head has no room into a small window, which a button opens. */
import { SlidersHorizontal } from "lucide";
import { button, element, watchSize } from "../dom";
import { icon } from "./icons";
import { createPopover } from "./popover";

/** `controls` stand in the result while the head is at least `least` CSS pixels wide. */
export function overflowing(
  head: HTMLElement,
  controls: HTMLElement,
  name: string,
  least: number,
  signal: AbortSignal,
): HTMLElement {
  const opener = button(name, icon(SlidersHorizontal), () => popover.open());
  const popover = createPopover(opener, name, (body) => body.append(controls), signal);
  const place = element("div", { class: "imgclust-overflow", children: [controls, opener, popover.element] });
  opener.hidden = true;
  watchSize(signal, head, () => {
    const { clientWidth } = head;
    const isNarrow = clientWidth > 0 && clientWidth < least;
    if (opener.hidden !== isNarrow) return;
    popover.close();
    opener.hidden = !isNarrow;
    if (isNarrow) controls.remove();
    else place.prepend(controls);
  });
  return place;
}
