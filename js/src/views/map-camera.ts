/** What the map looks at, and its moves from one view to another. */
import { type ReadonlySignal, signal } from "@preact/signals-core";
import { watch } from "../dom";
import type { Grid } from "./map-grid";
import { ease } from "./map-points";
import { betweenViews, boundsOf, type Extent, fitView, type MapView, panView, zoomView } from "./map-view";

export interface MapCamera {
  /** null without a layout, and while the map has no size. */
  readonly view: ReadonlySignal<MapView | null>;
  /** How much nearer than the whole map. */
  zoomLevel(): number;
  /** Zooms about a point in pixels. Returns whether that changed anything. */
  zoom(factor: number, x: number, y: number): boolean;
  pan(dx: number, dy: number): void;
  /** Shows the whole map. */
  fit(): void;
  /** Shows these rows as large as they can be, and not nearer than makes sense. */
  fitRows(rows: Iterable<number>): void;
}

const MOVE_MS = 260;
/** A single image is shown amid its neighbours. */
const NEAREST = 12;

/** `moveMs` is how long points take to a new layout: a view of the whole map goes with them. */
export function createMapCamera(
  grid: ReadonlySignal<Grid | null>,
  extent: ReadonlySignal<Extent>,
  moveMs: () => number,
  abort: AbortSignal,
): MapCamera {
  const view = signal<MapView | null>(null);
  let isFitted = true;
  let shownGrid: Grid | null = null;
  let frame = 0;
  abort.addEventListener("abort", () => cancelAnimationFrame(frame));

  const fitted = (of: Grid) => fitView(of.bounds, extent.peek());

  function set(next: MapView | null): void {
    cancelAnimationFrame(frame);
    view.value = next;
  }

  function moveTo(to: MapView, ms: number): void {
    const from = view.peek();
    if (!from || ms === 0 || matchMedia("(prefers-reduced-motion: reduce)").matches) {
      set(to);
      return;
    }
    const started = performance.now();
    cancelAnimationFrame(frame);
    const step = (now: number) => {
      const t = Math.min(1, Math.max(0, (now - started) / ms));
      view.value = t === 1 ? to : betweenViews(from, to, ease(t));
      if (t < 1) frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
  }

  watch(abort, () => {
    const of = grid.value;
    const size = extent.value;
    if (!of || size.width === 0 || size.height === 0) {
      set(null);
      return;
    }
    const now = view.peek();
    if (!now || isFitted) moveTo(fitView(of.bounds, size), of === shownGrid ? 0 : moveMs());
    else set(panView(now, 0, 0, of.bounds, size));
    shownGrid = of;
  });

  return {
    view,
    zoomLevel() {
      const [of, now] = [grid.peek(), view.value];
      return of && now ? now.scale / fitted(of).scale : 1;
    },
    zoom(factor, x, y) {
      const [of, now] = [grid.peek(), view.peek()];
      if (!of || !now) return false;
      isFitted = false;
      const next = zoomView(now, factor, x, y, fitted(of));
      set(panView(next, 0, 0, of.bounds, extent.peek()));
      return next.scale !== now.scale;
    },
    pan(dx, dy) {
      const [of, now] = [grid.peek(), view.peek()];
      if (!of || !now) return;
      isFitted = false;
      set(panView(now, dx, dy, of.bounds, extent.peek()));
    },
    fit() {
      const of = grid.peek();
      isFitted = true;
      if (of && view.peek()) moveTo(fitted(of), MOVE_MS);
    },
    fitRows(rows) {
      const of = grid.peek();
      if (!of || !view.peek()) return;
      const places = Array.from(rows, (row) => [of.positions[2 * row]!, of.positions[2 * row + 1]!]).flat();
      if (places.length === 0) return;
      isFitted = false;
      const near = fitView(boundsOf(Float32Array.from(places)), extent.peek());
      const most = NEAREST * fitted(of).scale;
      const { width, height } = extent.peek();
      const nearer = zoomView(near, Math.min(1, most / near.scale), width / 2, height / 2, fitted(of));
      moveTo(nearer, MOVE_MS);
    },
  };
}
