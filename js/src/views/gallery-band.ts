/** A rectangle drawn with the mouse over the gallery selects the pictures that it meets. */
import { element } from "../dom";
import type { Bitset } from "../selection";
import type { GalleryGrid } from "./gallery-grid";
import type { Picker } from "./gallery-picker";

const DRAG_FROM = 5;
/** How near to the edge the pictures begin to scroll, and how many pixels a frame at most. */
const EDGE = 24;
const FASTEST = 28;

export function listenToBand(grid: GalleryGrid, picker: Picker, signal: AbortSignal): void {
  const { scroller, content } = grid;
  const box = element("div", { class: "imgclust-band" });
  let held: {
    pointer: number;
    from: { x: number; y: number };
    at: PointerEvent;
    before: Bitset | null;
    frame: number;
  } | null = null;

  /** The click that ends a drag means nothing. */
  let isClickMeant = true;

  const options = { signal };
  scroller.addEventListener(
    "click",
    (event) => {
      if (!isClickMeant) event.stopImmediatePropagation();
    },
    { signal, capture: true },
  );
  scroller.addEventListener(
    "pointerdown",
    (event) => {
      isClickMeant = true;
      const isOnHead = event.target instanceof Element && event.target.closest("button") !== null;
      if (event.button !== 0 || event.pointerType === "touch" || isOnHead) return;
      held = { pointer: event.pointerId, from: grid.toContent(event), at: event, before: null, frame: 0 };
    },
    options,
  );
  scroller.addEventListener(
    "pointermove",
    (event) => {
      if (held === null || event.pointerId !== held.pointer) return;
      const to = grid.toContent(event);
      if (held.before === null) {
        if (Math.hypot(to.x - held.from.x, to.y - held.from.y) < DRAG_FROM) return;
        held.before = picker.selected;
        scroller.setPointerCapture(event.pointerId);
        content.append(box);
        scroller.focus();
        held.frame = requestAnimationFrame(scroll);
      }
      held.at = event;
      draw();
    },
    options,
  );
  scroller.addEventListener("pointerup", () => end(), options);
  scroller.addEventListener("pointercancel", () => end(), options);
  scroller.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape" || !held?.before) return;
      picker.restore(held.before);
      end();
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    { signal, capture: true },
  );
  signal.addEventListener("abort", () => end());

  function draw(): void {
    if (!held?.before) return;
    const { from, at, before } = held;
    const to = grid.toContent(at);
    Object.assign(box.style, {
      left: `${Math.min(from.x, to.x)}px`,
      top: `${Math.min(from.y, to.y)}px`,
      width: `${Math.abs(to.x - from.x)}px`,
      height: `${Math.abs(to.y - from.y)}px`,
    });
    picker.pickBand(grid.rowsIn(from, to), before, at);
  }

  /** Goes on while the pointer rests at the edge. */
  function scroll(): void {
    if (held === null) return;
    const { top, bottom } = scroller.getBoundingClientRect();
    const { y } = held.at;
    const beyond = Math.min(0, y - top - EDGE) + Math.max(0, y - bottom + EDGE);
    if (beyond !== 0) {
      scroller.scrollTop += Math.max(-FASTEST, Math.min(FASTEST, beyond / 2));
      draw();
    }
    held.frame = requestAnimationFrame(scroll);
  }

  function end(): void {
    if (held?.before) isClickMeant = false;
    if (held !== null) cancelAnimationFrame(held.frame);
    held = null;
    box.remove();
  }
}
