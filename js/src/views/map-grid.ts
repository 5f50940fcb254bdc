/** Finds the rows near a point or within a rectangle or an outline: points sorted into the cells of a grid. No DOM. */
import type { Bitset } from "../selection";
import { type Bounds, boundsOf, type Positions } from "./map-view";

const POINTS_PER_CELL = 4;

interface Cells {
  /** Where the rows of each cell begin in `rows`. */
  start: Uint32Array;
  rows: Uint32Array;
}

export class Grid {
  readonly positions: Positions;
  readonly bounds: Bounds;
  private readonly visible: Bitset | null;
  private readonly columns: number;
  private readonly cellSize: number;
  private sorted: Cells | undefined;

  /** `visible` are the rows that there are to find, null for all; the cells lie over all of them. */
  constructor(positions: Positions, visible: Bitset | null = null) {
    const n = positions.length / 2;
    this.positions = positions;
    this.visible = visible;
    this.bounds = n > 0 ? boundsOf(positions) : { left: 0, right: 0, bottom: 0, top: 0 };
    this.columns = Math.max(1, Math.ceil(Math.sqrt(n / POINTS_PER_CELL)));
    const { left, right, bottom, top } = this.bounds;
    this.cellSize = Math.max(right - left, top - bottom) / this.columns || 1;
  }

  /** Not before somebody asks where something is, which drawing the whole map does not. */
  private get cells(): Cells {
    this.sorted ??= this.sort();
    return this.sorted;
  }

  /** Counting sort by cell. */
  private sort(): Cells {
    const { positions, visible, columns, bounds } = this;
    const n = positions.length / 2;
    const start = new Uint32Array(columns ** 2 + 1);
    const rows = new Uint32Array(n);
    const cells = new Uint32Array(n);
    for (let row = 0; row < n; row++) {
      if (visible && !visible.has(row)) continue;
      const cell =
        this.line(positions[2 * row + 1]! - bounds.bottom) * columns +
        this.line(positions[2 * row]! - bounds.left);
      cells[row] = cell;
      start[cell + 1]!++;
    }
    for (let cell = 0; cell < columns ** 2; cell++) start[cell + 1]! += start[cell]!;
    const next = start.slice();
    for (let row = 0; row < n; row++) if (!visible || visible.has(row)) rows[next[cells[row]!]!++] = row;
    return { start, rows };
  }

  /** Column or line of a distance from the lower left corner. */
  private line(distance: number): number {
    return Math.min(this.columns - 1, Math.max(0, Math.floor(distance / this.cellSize)));
  }

  /** Calls `visit` for the rows within a rectangle. */
  within({ left, right, bottom, top }: Bounds, visit: (row: number, x: number, y: number) => void): void {
    const { start, rows } = this.cells;
    const [c0, c1] = [this.line(left - this.bounds.left), this.line(right - this.bounds.left)];
    const [l0, l1] = [this.line(bottom - this.bounds.bottom), this.line(top - this.bounds.bottom)];
    for (let line = l0; line <= l1; line++) {
      const end = start[line * this.columns + c1 + 1]!;
      for (let i = start[line * this.columns + c0]!; i < end; i++) {
        const row = rows[i]!;
        const x = this.positions[2 * row]!;
        const y = this.positions[2 * row + 1]!;
        if (x >= left && x <= right && y >= bottom && y <= top) visit(row, x, y);
      }
    }
  }

  /** How many rows there are in the cells that a rectangle touches: at least as many as it holds. */
  countAround({ left, right, bottom, top }: Bounds): number {
    const all = this.bounds;
    if (left <= all.left && right >= all.right && bottom <= all.bottom && top >= all.top)
      return this.visible?.count() ?? this.positions.length / 2;
    const { start } = this.cells;
    const [c0, c1] = [this.line(left - this.bounds.left), this.line(right - this.bounds.left)];
    const [l0, l1] = [this.line(bottom - this.bounds.bottom), this.line(top - this.bounds.bottom)];
    let count = 0;
    for (let line = l0; line <= l1; line++)
      count += start[line * this.columns + c1 + 1]! - start[line * this.columns + c0]!;
    return count;
  }

  /** The row nearest to a point, no farther than `reach`; null where there is none. */
  nearest(x: number, y: number, reach: number): number | null {
    let nearest: number | null = null;
    let best = reach;
    this.within({ left: x - reach, right: x + reach, bottom: y - reach, top: y + reach }, (row, px, py) => {
      const distance = Math.hypot(px - x, py - y);
      if (distance > best) return;
      best = distance;
      nearest = row;
    });
    return nearest;
  }

  /** The rows inside an outline (x, y of its corners in turn), which is closed from its last corner to its first. */
  inside(outline: Float32Array): number[] {
    const rows: number[] = [];
    if (outline.length < 6) return rows;
    this.within(boundsOf(outline), (row, x, y) => {
      if (isInside(outline, x, y)) rows.push(row);
    });
    return rows;
  }
}

/** Even-odd rule: a ray to the right crosses the outline an odd number of times. */
export function isInside(outline: Float32Array, x: number, y: number): boolean {
  let inside = false;
  let [x0, y0] = [outline[outline.length - 2]!, outline[outline.length - 1]!];
  for (let i = 0; i < outline.length; i += 2) {
    const [x1, y1] = [outline[i]!, outline[i + 1]!];
    if (y0 > y !== y1 > y && x < ((x1 - x0) * (y - y0)) / (y1 - y0) + x0) inside = !inside;
    x0 = x1;
    y0 = y1;
  }
  return inside;
}
