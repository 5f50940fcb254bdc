/** What the mouse does in a view: hover, click, double click, drag, wheel. Pixels count from the corner of `el`. */

export interface Point {
  x: number;
  y: number;
}

/** What goes on between a press and its release; it begins with the first move, so that a click is none. */
export interface Drag {
  /** `dx` and `dy` since the last call, or since the press. */
  move(at: Point & { dx: number; dy: number }): void;
  end?(event: PointerEvent): void;
  /** Dropped with Escape, or taken away by the browser. */
  cancel?(): void;
}

export interface Gestures {
  /** The pointer rests on a point of the view, or has left it (null). */
  hover(at: (Point & { event: PointerEvent }) | null): void;
  /** What a drag from here does; null where something else has taken the press and follows it by itself. */
  press(at: Point, event: PointerEvent): Drag | null;
  click(at: Point, event: MouseEvent): void;
  doubleClick(at: Point): void;
  /** Returns false where there is nothing to zoom, so that the page scrolls instead. */
  zoom(factor: number, at: Point): boolean;
  /** The wheel turned sideways; without it, it zooms as well. */
  scroll?(pixels: number): void;
}

/** A press that moves less than this is a click. */
const DRAG_FROM = 4;
const WHEEL_SPEED = 0.0022;
const PIXELS_PER_LINE = 16;

export function listenToGestures(el: HTMLElement, gestures: Gestures, signal: AbortSignal): void {
  let pressed: { from: Point; last: Point; drag: Drag; isDrag: boolean } | null = null;
  const place = (event: MouseEvent): Point => {
    const { left, top } = el.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const listen = <K extends keyof HTMLElementEventMap>(
    type: K,
    run: (event: HTMLElementEventMap[K]) => void,
  ) => el.addEventListener(type, run, { signal, passive: false });
  const cancel = () => {
    if (pressed?.isDrag) pressed.drag.cancel?.();
    pressed = null;
  };

  listen("pointerdown", (event) => {
    if (event.button !== 0) return;
    const from = place(event);
    gestures.hover(null);
    const drag = gestures.press(from, event);
    if (!drag) return;
    pressed = { from, last: from, drag, isDrag: false };
    el.setPointerCapture(event.pointerId);
  });
  listen("pointermove", (event) => {
    const { x, y } = place(event);
    if (!pressed) return gestures.hover({ x, y, event });
    const { from, last, drag } = pressed;
    if (!pressed.isDrag && Math.hypot(x - from.x, y - from.y) < DRAG_FROM) return;
    pressed.isDrag = true;
    pressed.last = { x, y };
    drag.move({ x, y, dx: x - last.x, dy: y - last.y });
  });
  listen("pointerup", (event) => {
    if (!pressed) return;
    const { from, drag, isDrag } = pressed;
    pressed = null;
    if (isDrag) drag.end?.(event);
    else gestures.click(from, event);
  });
  listen("pointercancel", cancel);
  listen("keydown", (event) => {
    if (event.key !== "Escape" || !pressed?.isDrag) return;
    event.preventDefault();
    cancel();
  });
  listen("pointerleave", () => gestures.hover(null));
  listen("dblclick", (event) => gestures.doubleClick(place(event)));
  listen("wheel", (event) => {
    // Whoever scrolls the notebook past the widget must not be caught in it.
    if (!el.contains(document.activeElement)) return;
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? PIXELS_PER_LINE : 1;
    const isSideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (isSideways && gestures.scroll) gestures.scroll((event.deltaX || event.deltaY) * unit);
    else if (!gestures.zoom(Math.exp(-event.deltaY * unit * WHEEL_SPEED), place(event))) return;
    event.preventDefault();
  });
}
