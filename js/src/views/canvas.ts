/** A canvas as large as its place and as fine as the screen, drawn at most once a frame. */
import type { Signal } from "@preact/signals-core";
import { oncePerFrame, watchSize } from "../dom";

export interface Size {
  width: number;
  height: number;
}

/** Draws in CSS pixels on an empty canvas; `size` follows the place. Returns what asks for a new drawing. */
export function fillWithCanvas(
  place: HTMLElement,
  canvas: HTMLCanvasElement,
  size: Signal<Size>,
  abort: AbortSignal,
  draw: (context: CanvasRenderingContext2D) => void,
): () => void {
  const context = canvas.getContext("2d");

  function drawAnew(): void {
    if (!context) return;
    const { width, height } = size.peek();
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, width, height);
    draw(context);
  }

  watchSize(abort, place, () => {
    const { clientWidth: width, clientHeight: height } = place;
    canvas.width = Math.round(width * devicePixelRatio);
    canvas.height = Math.round(height * devicePixelRatio);
    size.value = { width, height };
    // A canvas that changes its size is empty until it is drawn: not a frame later.
    drawAnew();
  });
  return oncePerFrame(abort, drawAnew);
}
