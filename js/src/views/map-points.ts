/** What draws the points of the map: the graphics card, or where there is none, a plain canvas. */
import type { Coloring, Selection } from "../store";
import type { Theme } from "../theme";
import type { Extent, MapView, Positions } from "./map-view";

export interface PointsState {
  positions: Positions;
  coloring: Coloring;
  selection: Selection;
  view: MapView;
  extent: Extent;
  look: PointLook;
  theme: Theme;
}

export interface PointLayer {
  /** Lies below everything else and takes no pointer events. */
  readonly canvas: HTMLCanvasElement;
  /** Draws soon; points that have new positions take `moveMs` to get there. */
  show(state: PointsState, moveMs: number): void;
  destroy(): void;
}

export interface PointLook {
  /** Diameter, CSS pixels. */
  size: number;
  opacity: number;
}

/** Unselected points keep this share of their opacity while others are selected. */
export const FADED = 0.2;

/** Few points are large and solid; many are small and let each other through, less so the nearer one comes. */
export function pointLook(n: number, zoom: number): PointLook {
  const size = Math.min(12, Math.max(2.2, 40 * n ** -0.26));
  const opacity = Math.min(0.9, Math.max(0.45, 2.6 * n ** -0.14));
  const near = Math.max(1, zoom);
  return { size: Math.min(12, size * near ** 0.35), opacity: Math.min(0.9, opacity * near ** 0.3) };
}

/** Slow at both ends. */
export const ease = (t: number): number => (t < 0.5 ? 4 * t ** 3 : 1 - (-2 * t + 2) ** 3 / 2);
