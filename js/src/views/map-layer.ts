/** Keeps a layer of points under the map: WebGL, or a plain canvas where that is not to be had. */
import type { ReadonlySignal } from "@preact/signals-core";
import { watch } from "../dom";
import { CanvasPoints } from "./map-fallback";
import { createGlPoints } from "./map-gl";
import type { PointLayer, PointsState } from "./map-points";

const NO_WEBGL =
  "WebGL is not available in this browser: the map is drawn without it, more slowly beyond some 100,000 images.";
/** A context that is lost once comes back; one that is lost again and again is best left. */
const MOST_LOSSES = 2;

export function mountLayer(
  el: HTMLElement,
  state: ReadonlySignal<PointsState | null>,
  moveMs: () => number,
  note: HTMLElement,
  signal: AbortSignal,
): { picture(density: number): HTMLCanvasElement | null } {
  let layer: PointLayer | null = null;
  let losses = 0;

  function create(): PointLayer {
    const gl = losses < MOST_LOSSES ? createGlPoints(onLost) : null;
    note.hidden = gl !== null;
    note.textContent = gl ? "" : NO_WEBGL;
    const made = gl ?? new CanvasPoints();
    made.canvas.setAttribute("aria-hidden", "true");
    el.prepend(made.canvas);
    return made;
  }

  function onLost(): void {
    losses++;
    layer?.destroy();
    layer = null;
    const now = state.peek();
    if (!now || signal.aborted) return;
    layer = create();
    layer.show(now, 0);
  }

  // Not before there is something to draw: a context is a scarce thing.
  watch(signal, () => {
    const now = state.value;
    if (!now) return;
    layer ??= create();
    layer.show(now, moveMs());
  });
  signal.addEventListener("abort", () => layer?.destroy());
  return { picture: (density) => layer?.picture(density) ?? null };
}
