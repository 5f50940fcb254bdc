/** Lines of equal density on the map. No DOM. */
import { blur2, quantile } from "d3-array";
import { contours } from "d3-contour";
import type { Positions } from "./map-view";

/** Cells along each side; the map lies in the middle, with room for what spreads beyond it. */
const CELLS = 160;
const ROOM = 1.25;
const BLUR = 3;
/** A line encloses about these shares of the images, where they lie most densely. */
const SHARES = [0.95, 0.8, 0.6, 0.4, 0.2];
/** A line at the very density of a lone summit would have no length. */
const BELOW = 0.995;

/** For each line around these rows, outermost first, its closed rings: x, y in turn in map coordinates. */
export function densityContours(positions: Positions, rows: Iterable<number>): Float32Array[][] {
  const cellOf = (value: number) =>
    Math.min(CELLS - 1, Math.max(0, Math.floor(((value / ROOM + 1) / 2) * CELLS)));
  const cells = Array.from(
    rows,
    (row) => cellOf(positions[2 * row + 1]!) * CELLS + cellOf(positions[2 * row]!),
  );
  const counts = new Array<number>(CELLS ** 2).fill(0);
  for (const cell of cells) counts[cell]!++;
  // Twice a box blur is close to a Gaussian; few points need a wider one.
  const radius = BLUR * Math.min(3, Math.max(1, (20_000 / Math.max(1, cells.length)) ** 0.2));
  for (let i = 0; i < 2; i++) blur2({ data: counts, width: CELLS, height: CELLS }, radius);
  const densities = Float64Array.from(cells, (cell) => counts[cell]!);
  const thresholds = [...new Set(SHARES.map((share) => BELOW * (quantile(densities, 1 - share) ?? 0)))];
  const toMap = (value: number) => (value / CELLS) * 2 * ROOM - ROOM;
  return contours()
    .size([CELLS, CELLS])
    .thresholds(thresholds)(counts)
    .map(({ coordinates }) =>
      coordinates.flat().map((ring) => Float32Array.from(ring.flatMap(([x, y]) => [toMap(x!), toMap(y!)]))),
    );
}
