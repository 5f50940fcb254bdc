/**
 * Colours for clusters, categories and numbers (twin: imgclust_jupyter/widget/palette.py).
 *
 * The twelve start from Paul Tol's "bright", "muted" and "vibrant" qualitative schemes (Colour Schemes,
 * SRON/EPS/TN/09-002, 2021), which stay apart for the common kinds of colour blindness, reordered so that
 * the first few differ most, with the yellows darkened enough to be seen on white.
 */
import { interpolateViridis } from "d3-scale-chromatic";

export const CLUSTER_COLORS = [
  "#4477AA",
  "#EE7733",
  "#228833",
  "#CC3377",
  "#009988",
  "#AA4499",
  "#DDAA33",
  "#33BBEE",
  "#882255",
  "#999933",
  "#BB5566",
  "#6699CC",
] as const;

/** For rows with no value, and for all rows while there are no clusters yet. */
export const MISSING_COLOR = "#8D949C";

/** Perceptually uniform, readable by colour-blind people and in grey. */
export const SEQUENCE: readonly string[] = Array.from({ length: 64 }, (_, i) => interpolateViridis(i / 63));

/** CSS colour of a colour index (of a cluster, or of a category by frequency). */
export function clusterColor(index: number): string {
  return CLUSTER_COLORS[index % CLUSTER_COLORS.length]!;
}
