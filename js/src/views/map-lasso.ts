/** Selecting by an outline drawn with the mouse: freehand or a rectangle, and what becomes of the selection. */
import type { SelectMode } from "../store";
import type { Drag, Point } from "./gestures";

/** What a drag does. */
export type Tool = "pan" | "lasso" | "rectangle";

/** What an outline does to the selection. */
export type LassoMode = Exclude<SelectMode, "toggle">;

/** Corners of a lasso are at least this far apart. */
const STEP = 3;

/** `show` is given the corners so far (x, y in turn; empty when it is over), `select` the finished outline. */
export function drawOutlineFrom(
  from: Point,
  tool: Tool,
  show: (outline: readonly number[]) => void,
  select: (outline: readonly number[], event: PointerEvent) => void,
): Drag {
  let outline = [from.x, from.y];
  return {
    move({ x, y }) {
      if (tool === "rectangle") outline = [from.x, from.y, x, from.y, x, y, from.x, y];
      else if (Math.hypot(x - outline.at(-2)!, y - outline.at(-1)!) < STEP) return;
      else outline.push(x, y);
      show(outline);
    },
    end(event) {
      select(outline, event);
      show([]);
    },
    cancel: () => show([]),
  };
}

type Keys = Pick<MouseEvent, "shiftKey" | "altKey" | "ctrlKey" | "metaKey">;

/**
 * Ctrl adds, Alt takes away, both keep what is in both; with a tool in hand Shift is as good as Ctrl, and without one
 * it is what draws. No key: what was chosen.
 */
export function lassoMode(keys: Keys, tool: Tool, chosen: LassoMode): LassoMode {
  const adds = keys.ctrlKey || keys.metaKey || (keys.shiftKey && tool !== "pan");
  if (keys.altKey) return adds ? "intersect" : "remove";
  return adds ? "add" : chosen;
}
