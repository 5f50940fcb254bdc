/** Which pictures stand on the map in place of dots: few from afar, more the nearer one comes; never on each other. No DOM. */
import type { Bitset } from "../selection";
import type { Grid } from "./map-grid";
import {
  type Bounds,
  type Extent,
  type MapView,
  type Positions,
  toMapX,
  toMapY,
  toPixelX,
  toPixelY,
} from "./map-view";

/** The finest level: cells for some sixteen times as many points, and never more than 2^10 along a side. */
export const finestLevel = (n: number): number => Math.min(10, Math.ceil(Math.log2(n) / 2) + 2);

/**
 * The level at which each row gets a picture: at level l the map is a grid of 2^l by 2^l cells with a picture for
 * each cell, and a row that has one keeps it at every finer level, so that zooming in only ever adds pictures.
 */
export function pictureLevels(positions: Positions, visible: Bitset | null = null): Uint8Array {
  const n = positions.length / 2;
  const finest = finestLevel(n);
  const levels = new Uint8Array(n).fill(finest + 1);
  for (let level = 0; level <= finest; level++) {
    const side = 2 ** level;
    const holders = new Int32Array(side * side).fill(-1);
    const nearest = new Float32Array(side * side).fill(Number.POSITIVE_INFINITY);
    for (let row = 0; row < n; row++) {
      if (visible && !visible.has(row)) continue;
      const x = ((positions[2 * row]! + 1) / 2) * side;
      const y = ((positions[2 * row + 1]! + 1) / 2) * side;
      const column = Math.min(side - 1, Math.max(0, Math.floor(x)));
      const line = Math.min(side - 1, Math.max(0, Math.floor(y)));
      const cell = line * side + column;
      // From the middle of the cell; none for a row that has a picture already, and so keeps it.
      const distance =
        levels[row]! < level ? -1 : Math.max(Math.abs(x - column - 0.5), Math.abs(y - line - 0.5));
      if (distance >= nearest[cell]!) continue;
      nearest[cell] = distance;
      holders[cell] = row;
    }
    for (const row of holders) if (row !== -1 && levels[row]! > level) levels[row] = level;
  }
  return levels;
}

export interface PlacedPicture {
  row: number;
  /** Middle, in pixels. */
  x: number;
  y: number;
}

export interface Placement {
  pictures: PlacedPicture[];
  /** Rows in view, with a picture or without. */
  inView: number;
}

/** The part of the map that is in view, and as much around it as a picture reaches. */
const boundsInView = (view: MapView, { width, height }: Extent, reach: number): Bounds => ({
  left: toMapX(view, -reach),
  right: toMapX(view, width + reach),
  bottom: toMapY(view, height + reach),
  top: toMapY(view, -reach),
});

/** Whether pictures could stand for this share of the points in view, if they lay as well as can be. */
export function haveRoom(grid: Grid, view: MapView, extent: Extent, size: number, share: number): boolean {
  const most = (Math.ceil(extent.width / size) + 1) * (Math.ceil(extent.height / size) + 1);
  // Cells on the edge hold points out of view: twice as many are still worth a closer look.
  return most >= (share * grid.countAround(boundsInView(view, extent, 0))) / 2;
}

/** Chooses pictures of `size` pixels for a view: coarse levels first, and none that would cover another. */
export function placePictures(
  grid: Grid,
  levels: Uint8Array,
  view: MapView,
  extent: Extent,
  size: number,
): Placement {
  // Two levels finer than a picture is wide: what the coarser ones leave free is filled up.
  const finest = Math.log2((2 * view.scale) / size) + 2;
  const candidates: PlacedPicture[] = [];
  let inView = 0;
  grid.within(boundsInView(view, extent, size / 2), (row, x, y) => {
    inView++;
    if (levels[row]! <= finest) candidates.push({ row, x: toPixelX(view, x), y: toPixelY(view, y) });
  });
  const room = new Room(size);
  candidates.sort((a, b) => levels[a.row]! - levels[b.row]!);
  const pictures = candidates.filter(({ x, y }) => room.take(x, y));
  return { pictures, inView };
}

/** Squares of one size that may not overlap: each cell of their size holds the middle of one at most. */
class Room {
  private readonly size: number;
  private readonly middles = new Map<number, readonly [number, number]>();

  constructor(size: number) {
    this.size = size;
  }

  take(x: number, y: number): boolean {
    const [column, line] = [Math.floor(x / this.size), Math.floor(y / this.size)];
    for (let c = column - 1; c <= column + 1; c++) {
      for (let l = line - 1; l <= line + 1; l++) {
        const other = this.middles.get(key(c, l));
        if (other && Math.abs(other[0] - x) < this.size && Math.abs(other[1] - y) < this.size) return false;
      }
    }
    this.middles.set(key(column, line), [x, y]);
    return true;
  }
}

/** Cells lie around the view, no farther out than a few thousand. */
const key = (column: number, line: number): number => (column + 2 ** 15) * 2 ** 16 + line;
