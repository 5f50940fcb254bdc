/** Draws the axis of distances above the tree. */
import { scaleLinear } from "d3-scale";
import { AXIS_HEIGHT } from "./dendrogram-columns";
import type { Scene } from "./dendrogram-scene";
import { shareOf } from "./dendrogram-view";

const TICK_ROOM = 44;
/** Where square roots crowd the larger distances, ticks nearer to each other than this are left out. */
const LEAST_ROOM = 28;
/** Labels nearer than this to the handle of the cut would show from under it. */
const HANDLE_ROOM = 46;

/** The origin is the upper left corner of the tree; the axis stands above it. */
export function drawAxis(context: CanvasRenderingContext2D, scene: Scene): void {
  const { tree, frame, view, theme, cutHeight } = scene;
  // A single image has no distances.
  if (tree.n < 2) return;
  const distances = scaleLinear().domain([view.farthest, 0]);
  const toX = (distance: number) => frame.width * (1 - shareOf(view, distance));
  const count = Math.max(2, Math.floor(frame.width / TICK_ROOM));
  const label = distances.tickFormat(count);
  context.font = `10px ${theme.fontFamily}`;
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  const handle = Math.max(HANDLE_ROOM / 2, toX(cutHeight));
  let last = Number.POSITIVE_INFINITY;
  // From the leaves on, where there is always a tick.
  for (const tick of distances.ticks(count).sort((a, b) => a - b)) {
    const x = Math.round(toX(tick)) + 0.5;
    if (last - x < LEAST_ROOM) continue;
    last = x;
    context.fillStyle = theme.line;
    context.fillRect(x - 0.5, -5, 1, frame.height + 5);
    if (Math.abs(x - handle) < HANDLE_ROOM) continue;
    context.fillStyle = theme.muted;
    context.fillText(label(tick), x, 7 - AXIS_HEIGHT / 2);
  }
  context.fillStyle = theme.line;
  context.fillRect(0, -1, frame.width, 1);
}
