/** The canvas over the points: pictures, names, what the pointer is on, the lasso. */
import type { ReadonlySignal } from "@preact/signals-core";
import { watch } from "../dom";
import { fillWithCanvas } from "./canvas";
import type { ViewContext } from "./context";
import { Fader } from "./fade";
import type { MapModel } from "./map-model";
import { drawContours, drawLabels, drawLasso, drawPictures, drawPointed } from "./map-overlay";

export function mountOverlay(
  stage: HTMLElement,
  canvas: HTMLCanvasElement,
  { thumbnails, signal }: ViewContext,
  { overlay, extent }: MapModel,
  outline: ReadonlySignal<readonly number[]>,
): void {
  const claim = thumbnails.claim(signal);
  const names = new Fader();

  const requestDraw: () => void = fillWithCanvas(stage, canvas, extent, signal, (context) => {
    const now = overlay.peek();
    if (!now) return;
    drawContours(context, now);
    drawPictures(context, now, thumbnails);
    const wanted = new Map(now.labels.map(({ group, isShown }) => [group.origin, isShown]));
    const fading = names.step(
      performance.now(),
      wanted,
      matchMedia("(prefers-reduced-motion: reduce)").matches,
    );
    drawLabels(context, now, ({ group }) => fading.of(group.origin));
    if (fading.isMoving) requestDraw();
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
