/** The canvas over the points: pictures, names, what the pointer is on, the lasso. */
import type { ReadonlySignal } from "@preact/signals-core";
import { oncePerFrame, watch, watchSize } from "../dom";
import type { ViewContext } from "./context";
import type { MapModel } from "./map-model";
import { drawLabels, drawLasso, drawPictures, drawPointed } from "./map-overlay";

export function mountOverlay(
  stage: HTMLElement,
  canvas: HTMLCanvasElement,
  { thumbnails, signal }: ViewContext,
  { overlay, extent }: MapModel,
  outline: ReadonlySignal<readonly number[]>,
): void {
  const context = canvas.getContext("2d");
  const claim = thumbnails.claim(signal);

  function draw(): void {
    if (!context) return;
    const { width, height } = extent.peek();
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, width, height);
    const now = overlay.peek();
    if (!now) return;
    drawPictures(context, now, thumbnails);
    drawLabels(context, now);
    drawPointed(context, now);
    drawLasso(context, outline.peek(), now.theme.accent);
    claim(
      now.pictures.map(({ row }) => row),
      now.pictureSize * devicePixelRatio,
    );
  }

  const requestDraw = oncePerFrame(signal, draw);
  watch(signal, () => {
    overlay.value;
    outline.value;
    thumbnails.onArrival.value;
    requestDraw();
  });

  watchSize(signal, stage, () => {
    const { clientWidth: width, clientHeight: height } = stage;
    canvas.width = Math.round(width * devicePixelRatio);
    canvas.height = Math.round(height * devicePixelRatio);
    extent.value = { width, height };
    // A canvas that changes its size is empty until it is drawn: not a frame later.
    draw();
  });
}
