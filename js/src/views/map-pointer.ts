/** What the mouse does on the map: hover, click, double click, drag, lasso, wheel. Pixels count from the corner of `el`. */

export interface MapGestures {
  hover(at: { x: number; y: number; event: PointerEvent } | null): void;
  click(x: number, y: number, event: MouseEvent): void;
  doubleClick(x: number, y: number): void;
  pan(dx: number, dy: number): void;
  /** Returns false where there is nothing to zoom, so that the page scrolls instead. */
  wheel(factor: number, x: number, y: number): boolean;
  /** Whether a drag that begins like this draws a lasso. */
  isLasso(event: PointerEvent): boolean;
  /** The lasso so far: x, y of its corners in turn; empty when it is over. */
  lasso(outline: readonly number[]): void;
  lassoEnd(outline: readonly number[], event: PointerEvent): void;
}

/** A press that moves less than this is a click. */
const DRAG_FROM = 4;
/** Corners of a lasso are at least this far apart. */
const LASSO_STEP = 3;
const WHEEL_SPEED = 0.0022;
const PIXELS_PER_LINE = 16;

interface Press {
  x: number;
  y: number;
  isDrag: boolean;
  /** Where the drag was last, or the corners of the lasso. */
  last: readonly [number, number];
  outline: number[] | null;
}

export function listenToPointer(el: HTMLElement, gestures: MapGestures, signal: AbortSignal): void {
  let press: Press | null = null;
  const place = (event: MouseEvent) => {
    const { left, top } = el.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const listen = <K extends keyof HTMLElementEventMap>(
    type: K,
    run: (event: HTMLElementEventMap[K]) => void,
  ) => el.addEventListener(type, run, { signal, passive: false });
  const cancel = () => {
    press = null;
    gestures.lasso([]);
  };

  listen("pointerdown", (event) => {
    if (event.button !== 0) return;
    const { x, y } = place(event);
    gestures.hover(null);
    const outline = gestures.isLasso(event) ? [x, y] : null;
    press = { x, y, isDrag: false, last: [x, y], outline };
    el.setPointerCapture(event.pointerId);
  });
  listen("pointermove", (event) => {
    const { x, y } = place(event);
    if (!press) {
      gestures.hover({ x, y, event });
      return;
    }
    if (!press.isDrag && Math.hypot(x - press.x, y - press.y) < DRAG_FROM) return;
    press.isDrag = true;
    const [dx, dy] = [x - press.last[0], y - press.last[1]];
    if (press.outline) {
      if (Math.hypot(dx, dy) < LASSO_STEP) return;
      press.outline.push(x, y);
      gestures.lasso(press.outline);
    } else gestures.pan(dx, dy);
    press.last = [x, y];
  });
  listen("pointerup", (event) => {
    if (!press) return;
    const { x, y, isDrag, outline } = press;
    press = null;
    if (!isDrag) gestures.click(x, y, event);
    else if (outline) gestures.lassoEnd(outline, event);
    gestures.lasso([]);
  });
  listen("pointercancel", cancel);
  listen("keydown", (event) => {
    if (event.key !== "Escape" || !press?.outline) return;
    event.preventDefault();
    cancel();
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
    const { x, y } = place(event);
    if (gestures.wheel(Math.exp(-event.deltaY * unit * WHEEL_SPEED), x, y)) event.preventDefault();
  });
}
