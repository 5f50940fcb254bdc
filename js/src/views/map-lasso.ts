/** The lasso: a freehand outline drawn with the mouse. */
import type { Drag } from "./gestures";

/** Corners of a lasso are at least this far apart. */
const STEP = 3;

/** `show` is given the corners so far (x, y in turn; empty when it is over), `select` the finished outline. */
export function drawLassoFrom(
  from: { x: number; y: number },
  show: (outline: readonly number[]) => void,
  select: (outline: readonly number[], event: PointerEvent) => void,
): Drag {
  const outline = [from.x, from.y];
  return {
    move({ x, y }) {
      if (Math.hypot(x - outline.at(-2)!, y - outline.at(-1)!) < STEP) return;
      outline.push(x, y);
      show(outline);
    },
    end(event) {
      select(outline, event);
      show([]);
    },
    cancel: () => show([]),
  };
}
