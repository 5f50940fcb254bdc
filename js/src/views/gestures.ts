/**
 * What mouse and fingers do in a view: hover, click, double click, drag, wheel, pinch. Pixels count from the corner of
 * `el`. One finger drags only where the page cannot be scrolled by it, which the style sheet says (touch-action: none).
 */
import { followFingers } from "./fingers";

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
  /** Two fingers move the view. */
  pan(dx: number, dy: number): void;
  /** The wheel turned sideways; without it, it zooms as well. */
  scroll?(pixels: number): void;
}

/** A press that moves less than this is a click. */
const DRAG_FROM = 4;
const WHEEL_SPEED = 0.0022;
const PIXELS_PER_LINE = 16;
/** The page scrolls. */
const NO_DRAG: Drag = { move() {} };

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

  const fingers = followFingers(gestures, signal);
  const drags = ({ pointerType }: PointerEvent): boolean =>
    pointerType !== "touch" || getComputedStyle(el).touchAction === "none";

  listen("pointerdown", (event) => {
    if (event.button !== 0) return;
    const from = place(event);
    gestures.hover(null);
    if (fingers.down(event, from)) return cancel();
    const drag = drags(event) ? gestures.press(from, event) : NO_DRAG;
    if (!drag) return;
    pressed = { from, last: from, drag, isDrag: false };
    el.setPointerCapture(event.pointerId);
  });
  listen("pointermove", (event) => {
    const { x, y } = place(event);
    if (fingers.move(event, { x, y })) return;
    if (!pressed) return gestures.hover({ x, y, event });
    const { from, last, drag } = pressed;
    if (!pressed.isDrag && Math.hypot(x - from.x, y - from.y) < DRAG_FROM) return;
    pressed.isDrag = true;
    pressed.last = { x, y };
    drag.move({ x, y, dx: x - last.x, dy: y - last.y });
  });
  listen("pointerup", (event) => {
    if (fingers.up(event)) return cancel();
    if (!pressed) return;
    const { from, drag, isDrag } = pressed;
    pressed = null;
    if (isDrag) drag.end?.(event);
    else gestures.click(from, event);
  });
  listen("pointercancel", (event) => {
    fingers.up(event);
    cancel();
  });
  listen("contextmenu", (event) => {
    // What a long press means elsewhere.
    if (event instanceof PointerEvent && event.pointerType === "touch") event.preventDefault();
  });
  listen("keydown", (event) => {
    if (event.key !== "Escape" || !pressed?.isDrag) return;
    event.preventDefault();
    cancel();
  });
  listen("pointerleave", ({ pointerType }) => {
    if (pointerType !== "touch") gestures.hover(null);
  });
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
