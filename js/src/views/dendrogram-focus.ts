/** Draws where the pointer and the keyboard are: a wash behind a branch, a frame around it. */
import type { Scene } from "./dendrogram-scene";
import { shareOf } from "./dendrogram-view";

type Context = CanvasRenderingContext2D;

/** From the branch's own line to the names, so that the eye finds the images that belong to it. */
export function drawHover(context: Context, scene: Scene): void {
  if (scene.hovered === null) return;
  const { x, y, width, height } = boxOf(scene, scene.hovered);
  context.globalAlpha = 0.08;
  context.fillStyle = scene.theme.text;
  context.fillRect(x, y, width, height);
  context.globalAlpha = 1;
}

export function drawFocus(context: Context, scene: Scene): void {
  if (scene.focused === null) return;
  const { x, y, width, height } = boxOf(scene, scene.focused);
  context.strokeStyle = scene.theme.accent;
  context.lineWidth = 2;
  context.beginPath();
  context.roundRect(x, y, width, height, 3);
  context.stroke();
}

function boxOf({ tree, view, frame, columns }: Scene, node: number) {
  const parent = node === view.branch ? null : tree.parent(node);
  const from = parent === null ? 0 : frame.width * (1 - shareOf(view, tree.heightOf(parent)));
  const top = (tree.startOf(node) - view.first) * view.rowHeight;
  const room = Math.max(4, tree.sizeOf(node) * view.rowHeight);
  // Kept within reach of the view, as the ends of a large branch lie far outside it.
  const y = Math.max(-4, top);
  const x = Math.max(-4, from);
  return {
    x,
    y,
    width: columns.overview.x - 4 - columns.left - x,
    height: Math.min(frame.height + 4, top + room) - y,
  };
}
