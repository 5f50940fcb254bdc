/** What lies over the points of the map: pictures, cluster names, what the pointer is on, the lasso. */
import type { Bitset, Coloring, Selection } from "../store";
import type { Theme } from "../theme";
import type { Label } from "./map-labels";
import type { PlacedPicture } from "./map-pictures";
import type { PointLook } from "./map-points";
import type { Extent, MapView, Positions } from "./map-view";

export interface Overlay {
  positions: Positions;
  view: MapView;
  extent: Extent;
  look: PointLook;
  coloring: Coloring;
  selection: Selection;
  visible: Bitset | null;
  theme: Theme;
  pictures: readonly PlacedPicture[];
  pictureSize: number;
  labels: readonly Label[];
  /** Lines of equal density (see map-contours.ts). */
  contours: readonly Float32Array[][];
  /** Rows that the pointer is on, here or in another view. */
  pointed: readonly number[];
}

export type Marks = "auto" | "pictures" | "dots";

/**
 * Above this share of the points in view, pictures take the place of dots by themselves: from afar only where hardly any
 * point is left without one, but who has come near wants to see.
 */
export const enoughPictured = (zoom: number): number => Math.max(0.05, 0.3 * Math.max(1, zoom) ** -0.75);

/** Grows while one comes nearer, in between two levels of detail. */
export const pictureSizeAt = (zoom: number): number => Math.min(72, Math.max(38, 40 * zoom ** 0.22));
