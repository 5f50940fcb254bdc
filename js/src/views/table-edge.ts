/** The edge of a column, which makes it wider or narrower: with the mouse, or with arrow keys. */
import type { ReadonlySignal } from "@preact/signals-core";
import { element, watch } from "../dom";
import type { TableColumn } from "./table-columns";
import { WIDTHS, type Widths, widthOf } from "./table-widths";

const KEY_STEP = 8;
const LARGE_STEP = 40;

/** `fit` says how wide the column would have to be to show all that is in sight of it. */
export function columnEdge(
  column: TableColumn,
  widths: ReadonlySignal<Widths>,
  setWidth: (width: number) => void,
  fit: () => number,
  signal: AbortSignal,
): HTMLElement {
  const edge = element("div", {
    class: "imgclust-column-edge",
    title: "Drag to make the column wider or narrower; a double click fits it to what it holds",
    attributes: {
      role: "separator",
      tabindex: 0,
      "aria-orientation": "vertical",
      "aria-label": `Width of ${column.name}`,
      "aria-valuemin": WIDTHS.min,
      "aria-valuemax": WIDTHS.max,
    },
  });
  const set = (width: number): void =>
    setWidth(Math.max(WIDTHS.min, Math.min(WIDTHS.max, Math.round(width))));
  let held: { from: number; width: number } | null = null;

  edge.addEventListener("pointerdown", (event) => {
    // The grid would begin to draw a rectangle.
    event.stopPropagation();
    event.preventDefault();
    edge.focus();
    edge.setPointerCapture(event.pointerId);
    // The last column may be wider than it has to be.
    held = { from: event.clientX, width: edge.parentElement!.getBoundingClientRect().width };
  });
  edge.addEventListener("pointermove", (event) => {
    if (held !== null) set(held.width + event.clientX - held.from);
  });
  edge.addEventListener("lostpointercapture", () => {
    held = null;
  });
  // Nothing is picked with it, and no picture opened.
  edge.addEventListener("click", (event) => event.stopPropagation());
  edge.addEventListener("dblclick", (event) => {
    event.stopPropagation();
    set(fit());
  });
  edge.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (way === undefined && event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    const step = event.shiftKey || event.altKey ? LARGE_STEP : KEY_STEP;
    set(way === undefined ? fit() : widthOf(column, widths.peek()) + way * step);
  });
  watch(signal, () => edge.setAttribute("aria-valuenow", String(widthOf(column, widths.value))));
  return edge;
}
