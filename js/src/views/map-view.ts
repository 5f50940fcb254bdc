/**
 * Which part of the map is in view. Map coordinates run from -1 to 1 along the longer side, y upwards;
 * pixels are CSS pixels, y downwards. No DOM.
 */
import type { Size } from "./canvas";

export interface MapView {
  /** Pixels for one unit of the map. */
  scale: number;
  /** Where the middle of the map stands, in pixels. */
  x: number;
  y: number;
}

export type Extent = Size;

/** x, y of each row in turn. */
export type Positions = Float32Array;

const MARGIN = 28;
const MOST_ZOOM = 4000;

/** Centres a layout and scales its longer side to -1 … 1; distances keep their proportions. */
export function normalisePositions(coordinates: Float32Array): Positions {
  const { left, right, top, bottom } = boundsOf(coordinates);
  const half = Math.max(right - left, top - bottom) / 2 || 1;
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  const positions = new Float32Array(coordinates.length);
  for (let i = 0; i < positions.length; i += 2) {
    positions[i] = (coordinates[i]! - x) / half;
    positions[i + 1] = (coordinates[i + 1]! - y) / half;
  }
  return positions;
}

export interface Bounds {
  left: number;
  right: number;
  bottom: number;
  top: number;
}

export function boundsOf(positions: Float32Array): Bounds {
  const bounds = {
    left: Number.POSITIVE_INFINITY,
    right: Number.NEGATIVE_INFINITY,
    bottom: Number.POSITIVE_INFINITY,
    top: Number.NEGATIVE_INFINITY,
  };
  for (let i = 0; i < positions.length; i += 2) {
    const x = positions[i]!;
    const y = positions[i + 1]!;
    if (x < bounds.left) bounds.left = x;
    if (x > bounds.right) bounds.right = x;
    if (y < bounds.bottom) bounds.bottom = y;
    if (y > bounds.top) bounds.top = y;
  }
  return bounds;
}

/** The view that shows these bounds whole. */
export function fitView(bounds: Bounds, { width, height }: Extent): MapView {
  const span = (size: number, low: number, high: number) =>
    Math.max(1, size - 2 * MARGIN) / Math.max(1e-3, high - low);
  const scale = Math.min(span(width, bounds.left, bounds.right), span(height, bounds.bottom, bounds.top));
  return {
    scale,
    x: width / 2 - (scale * (bounds.left + bounds.right)) / 2,
    y: height / 2 + (scale * (bounds.bottom + bounds.top)) / 2,
  };
}

/** Zooms about a point in pixels, which stays where it is; `fitted` says how far out one can go. */
export function zoomView(view: MapView, factor: number, x: number, y: number, fitted: MapView): MapView {
  const scale = Math.min(MOST_ZOOM * fitted.scale, Math.max(fitted.scale / 2, view.scale * factor));
  const by = scale / view.scale;
  return { scale, x: x + (view.x - x) * by, y: y + (view.y - y) * by };
}

/** Moves the map, but never so far that none of it is left in view. */
export function panView(
  view: MapView,
  dx: number,
  dy: number,
  bounds: Bounds,
  { width, height }: Extent,
): MapView {
  const within = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));
  const { scale } = view;
  return {
    scale,
    x: within(view.x + dx, MARGIN - scale * bounds.right, width - MARGIN - scale * bounds.left),
    y: within(view.y + dy, MARGIN + scale * bounds.bottom, height - MARGIN + scale * bounds.top),
  };
}

export const toPixelX = (view: MapView, x: number): number => view.x + view.scale * x;
export const toPixelY = (view: MapView, y: number): number => view.y - view.scale * y;
export const toMapX = (view: MapView, x: number): number => (x - view.x) / view.scale;
export const toMapY = (view: MapView, y: number): number => (view.y - y) / view.scale;

/** A view between two, for moving from one to the other; `t` runs from 0 to 1. */
export function betweenViews(from: MapView, to: MapView, t: number): MapView {
  const mix = (a: number, b: number) => a + (b - a) * t;
  return { scale: mix(from.scale, to.scale), x: mix(from.x, to.x), y: mix(from.y, to.y) };
}
