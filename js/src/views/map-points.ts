/** What draws the points of the map: the graphics card, or where there is none, a plain canvas. */
import type { Bitset, Coloring, Selection } from "../store";
import type { Theme } from "../theme";
import type { Extent, MapView, Positions } from "./map-view";

export interface PointsState {
  positions: Positions;
  coloring: Coloring;
  selection: Selection;
  /** What filters let through; null for all. */
  visible: Bitset | null;
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
  /** What is shown, with this number of pixels for each CSS pixel. */
  picture(density: number): HTMLCanvasElement;
  destroy(): void;
}

export interface PointLook {
  /** Diameter, CSS pixels. */
  size: number;
  opacity: number;
}

/** Unselected points keep this share of their opacity while others are selected. */
export const FADED = 0.2;

/** Selected points are as good as solid. */
const SELECTED_OPACITY = 0.85;

/**
 * Few points are large and solid; the more of them there are for the room, the smaller they are and the more they let
 * each other through, less so the nearer one comes.
 */
export function pointLook(n: number, zoom: number, { width, height }: Extent): PointLook {
  const near = Math.max(1, zoom);
  const size = Math.min(12, Math.min(12, Math.max(2.2, 40 * n ** -0.26)) * near ** 0.35);
  /** How often the points in view would cover it, if they lay evenly. */
  const ink = (n * size ** 2) / (near ** 2 * Math.max(1, width * height));
  return { size, opacity: Math.min(0.9, Math.max(0.36, 0.55 * ink ** -0.5)) };
}

/** How points that are not selected look while others are, and how those look. */
export function looksOf({ look, selection }: PointsState): { others: PointLook; selected: PointLook } {
  const { size, opacity } = look;
  return {
    others: { size, opacity: selection.count > 0 ? opacity * FADED : opacity },
    selected: { size: size + 1, opacity: Math.max(SELECTED_OPACITY, opacity) },
  };
}

/** Slow at both ends. */
export const ease = (t: number): number => (t < 0.5 ? 4 * t ** 3 : 1 - (-2 * t + 2) ** 3 / 2);

/** Points on their way from one layout to the next. */
export class Move {
  readonly from: Positions;
  private readonly ms: number;
  private readonly started = performance.now();

  constructor(from: Positions, ms: number) {
    this.from = from;
    this.ms = ms;
  }

  /** How much of the way is done; 1 at the end. */
  share(): number {
    return ease(Math.min(1, Math.max(0, (performance.now() - this.started) / this.ms)));
  }
}

/** `density` is the number of pixels for each CSS pixel. */
export function setSize(canvas: HTMLCanvasElement, { width, height }: Extent, density: number): void {
  canvas.width = Math.round(width * density);
  canvas.height = Math.round(height * density);
}
