/** Draws the axis of distances above the tree. */
import { scaleLinear } from "d3-scale";
import { AXIS_HEIGHT } from "./dendrogram-columns";
import type { Scene } from "./dendrogram-scene";

const TICK_ROOM = 64;
/** Labels nearer than this to the handle of the cut would show from under it. */
const HANDLE_ROOM = 54;

/** The origin is the upper left corner of the tree; the axis stands above it. */
export function drawAxis(context: CanvasRenderingContext2D, { frame, view, theme, cutHeight }: Scene): void {
  const scale = scaleLinear([view.farthest, 0], [0, frame.width]);
  const count = Math.max(2, Math.floor(frame.width / TICK_ROOM));
  const label = scale.tickFormat(count);
  context.font = `10px ${theme.fontFamily}`;
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  const handle = Math.max(HANDLE_ROOM / 2, scale(cutHeight));
  for (const tick of scale.ticks(count)) {
    const x = Math.round(scale(tick)) + 0.5;
    context.fillStyle = theme.border;
    context.fillRect(x - 0.5, -5, 1, frame.height + 5);
    if (Math.abs(x - handle) < HANDLE_ROOM) continue;
    context.fillStyle = theme.muted;
    context.fillText(label(tick), x, 7 - AXIS_HEIGHT / 2);
  }
  context.fillStyle = theme.border;
  context.fillRect(0, -1, frame.width, 1);
}
