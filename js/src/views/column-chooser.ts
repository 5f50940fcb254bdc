/** Which columns the table shows, as a list to tick. */
import { Columns3 } from "lucide";
import { button, element, watch } from "../dom";
import type { ViewContext } from "./context";
import { readOptions, setOptions } from "./gallery-options";
import { icon } from "./icons";
import { createPopover } from "./popover";

/** `names` are all columns there are, and is read inside effects; the first is always shown. */
export function columnChooser({ store, signal }: ViewContext, names: () => readonly string[]): HTMLElement {
  const options = () => readOptions(store.ui.value.gallery);
  const opener = button("Columns of the table", icon(Columns3), () => popover.open());
  const popover = createPopover(opener, "Columns of the table", fill, signal);
  const box = element("div", { class: "imgclust-column-chooser", children: [opener, popover.element] });
  watch(signal, () => {
    box.hidden = options().mode !== "table";
  });

  function fill(body: HTMLElement, life: AbortSignal): void {
    const list = element("div", {
      class: "imgclust-checklist imgclust-scrolling",
      attributes: { role: "group", "aria-label": "Columns" },
    });
    const reset = element("button", {
      class: "imgclust-button imgclust-text-button",
      text: "All columns, as wide as at first",
      attributes: { type: "button" },
    });
    reset.addEventListener("click", () => setOptions(store, { hidden: [], widths: {} }));
    body.append(list, reset);
    watch(life, () => list.replaceChildren(...names().map((name, i) => entry(name, i === 0, life))));
  }

  function entry(name: string, isFixed: boolean, life: AbortSignal): HTMLElement {
    const tick = element("input", { attributes: { type: "checkbox", disabled: isFixed } });
    tick.addEventListener("change", () => {
      const others = readOptions(store.ui.peek().gallery).hidden.filter((each) => each !== name);
      setOptions(store, { hidden: tick.checked ? others : [...others, name] });
    });
    watch(life, () => {
      tick.checked = isFixed || !options().hidden.includes(name);
    });
    return element("label", {
      children: [tick, element("span", { class: "imgclust-checklist-label", text: name, title: name })],
    });
  }
  return box;
}
