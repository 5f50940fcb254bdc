/** What the mouse does in the dendrogram: hover, click, double click, drag, wheel. */

export interface TreeGestures {
  /** The pointer rests on a point of the view, or has left it (null). */
  hover(at: { x: number; y: number; event: PointerEvent } | null): void;
  click(x: number, y: number, event: MouseEvent): void;
  doubleClick(x: number, y: number): void;
  /** Drag of the background: pixels moved since the last call. */
  pan(pixels: number): void;
  /** Returns false where there is nothing to zoom, so that the page scrolls instead. */
  wheel(factor: number, y: number): boolean;
  /** A press that something else takes (the cut line, the overview) and then follows by itself. */
  press(x: number, y: number, event: PointerEvent): boolean;
}

/** A press that moves less than this is a click. */
const DRAG_FROM = 4;
const WHEEL_SPEED = 0.0022;
const PIXELS_PER_LINE = 16;

/** Coordinates count from the upper left corner of `el`. */
export function listenToPointer(el: HTMLElement, gestures: TreeGestures, signal: AbortSignal): void {
  let pressed: { x: number; y: number; lastY: number; isDrag: boolean } | null = null;
  const place = (event: MouseEvent) => {
    const { left, top } = el.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const listen = <K extends keyof HTMLElementEventMap>(
    type: K,
    run: (event: HTMLElementEventMap[K]) => void,
  ) => el.addEventListener(type, run, { signal, passive: false });

  listen("pointerdown", (event) => {
    if (event.button !== 0 || (event.target as HTMLElement).closest("[role=slider]")) return;
    const { x, y } = place(event);
    gestures.hover(null);
    if (gestures.press(x, y, event)) return;
    pressed = { x, y, lastY: y, isDrag: false };
    el.setPointerCapture(event.pointerId);
  });
  listen("pointermove", (event) => {
    const { x, y } = place(event);
    if (!pressed) return gestures.hover({ x, y, event });
    if (!pressed.isDrag && Math.hypot(x - pressed.x, y - pressed.y) < DRAG_FROM) return;
    pressed.isDrag = true;
    gestures.pan(pressed.lastY - y);
    pressed.lastY = y;
  });
  listen("pointerup", (event) => {
    if (pressed && !pressed.isDrag) gestures.click(pressed.x, pressed.y, event);
    pressed = null;
  });
  listen("pointercancel", () => {
    pressed = null;
  });
  listen("pointerleave", () => gestures.hover(null));
  listen("dblclick", (event) => {
    const { x, y } = place(event);
    gestures.doubleClick(x, y);
  });
  listen("wheel", (event) => {
    // Whoever scrolls the notebook past the widget must not be caught in it.
    if (!el.contains(document.activeElement)) return;
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? PIXELS_PER_LINE : 1;
    const sideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (sideways) gestures.pan((event.deltaX || event.deltaY) * unit);
    else if (!gestures.wheel(Math.exp(-event.deltaY * unit * WHEEL_SPEED), place(event).y)) return;
    event.preventDefault();
  });
}
