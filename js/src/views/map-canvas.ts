/** The canvas over the points: pictures, names, what the pointer is on, the lasso. */
import type { ReadonlySignal } from "@preact/signals-core";
import { watch } from "../dom";
import { fillWithCanvas } from "./canvas";
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
  const claim = thumbnails.claim(signal);

  const requestDraw = fillWithCanvas(stage, canvas, extent, signal, (context) => {
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
  });

  watch(signal, () => {
    overlay.value;
    outline.value;
    thumbnails.onArrival.value;
    requestDraw();
  });
}
