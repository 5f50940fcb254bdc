/** The line above a group: its colour, name and size; a click selects it. */
import { element } from "../dom";
import { formatCount, plural } from "../format";
import type { Group } from "../groups";
import type { Store } from "../store";
import type { Picker } from "./gallery-picker";

export function groupButton(group: Group, store: Store, picker: Picker): HTMLElement {
  const { rows, total, label, by, node } = group;
  const { css, codes, column } = store.coloring.peek();
  const button = element("button", {
    class: "imgclust-group",
    title: `Select ${plural(rows.length, "image")}`,
    attributes: { type: "button" },
  });
  // Only the colours in use: another column's would mean something else in the other views.
  if (by === column) {
    const swatch = element("span", { class: "imgclust-swatch" });
    swatch.style.background = css[codes[rows[0]!]!]!;
    button.append(swatch);
  }
  const count =
    rows.length < total ? `${formatCount(rows.length)} of ${formatCount(total)}` : formatCount(total);
  button.append(
    element("span", { class: "imgclust-group-label", text: label }),
    element("span", { class: "imgclust-count", text: count }),
  );
  button.addEventListener("click", (event) => picker.pickGroup(group, event));
  button.addEventListener("pointerenter", () => {
    store.hover.value = { rows: [...rows], node, source: "gallery" };
  });
  button.addEventListener("pointerleave", () => {
    store.hover.value = null;
  });
  return button;
}
