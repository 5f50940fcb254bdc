/** The line above a group: its colour, name and size; a click selects it, the arrow before it folds it away. */
import { ChevronDown, ChevronRight } from "lucide";
import { button, element } from "../dom";
import { formatPart, plural } from "../format";
import type { Group } from "../groups";
import type { Store } from "../store";
import { icon } from "./icons";

export interface GroupHands {
  pick(group: Group, event: MouseEvent): void;
  /** `all` groups, or this one only. */
  fold(group: Group, isCollapsed: boolean, all: boolean): void;
}

export function groupHead(group: Group, isCollapsed: boolean, store: Store, hands: GroupHands): HTMLElement {
  const { rows, total, label, by, node } = group;
  const { css, codes, column } = store.coloring.peek();
  const act = `${isCollapsed ? "Show" : "Hide"} the ${plural(rows.length, "image")} of ${label}`;
  const arrow = button(
    act,
    icon(isCollapsed ? ChevronRight : ChevronDown),
    (event) => hands.fold(group, !isCollapsed, event.altKey),
    "imgclust-fold",
  );
  arrow.title = `${act} (Alt: of all groups)`;
  arrow.setAttribute("aria-expanded", String(!isCollapsed));
  const name = element("button", {
    class: "imgclust-group",
    title: `Select ${plural(rows.length, "image")}`,
    attributes: { type: "button" },
  });
  // Only the colours in use: another column's would mean something else in the other views.
  if (by === column) {
    const swatch = element("span", { class: "imgclust-swatch" });
    swatch.style.background = css[codes[rows[0]!]!]!;
    name.append(swatch);
  }
  name.append(
    element("span", { class: "imgclust-group-label", text: label }),
    element("span", { class: "imgclust-count", text: formatPart(rows.length, total) }),
  );
  name.addEventListener("click", (event) => hands.pick(group, event));
  name.addEventListener("pointerenter", () => {
    store.hover.value = { rows: [...rows], node, source: "gallery" };
  });
  name.addEventListener("pointerleave", () => {
    store.hover.value = null;
  });
  return element("div", { class: "imgclust-group-head", children: [arrow, name] });
}
