/** The gallery as lines of text and lines of tiles, and where an image stands in them. No DOM. */
import type { Group } from "../groups";

export const HEADER_HEIGHT = 28;

export type Line =
  | { kind: "header"; group: Group }
  /** Positions first … first + count - 1 of the display order; `last` of its group. */
  | { kind: "tiles"; first: number; count: number; last: boolean };

export class Lines {
  readonly lines: readonly Line[];
  /** All shown rows in display order. */
  readonly rows: Uint32Array;
  /** Indices of the header lines, ascending. */
  readonly headers: readonly number[];
  readonly perLine: number;
  private readonly lineOfPosition: Uint32Array;

  constructor(groups: readonly Group[], perLine: number) {
    const lines: Line[] = [];
    const headers: number[] = [];
    const total = groups.reduce((sum, { rows }) => sum + rows.length, 0);
    this.rows = new Uint32Array(total);
    this.lineOfPosition = new Uint32Array(total);
    let position = 0;
    for (const group of groups) {
      this.rows.set(group.rows, position);
      if (group.label !== "") {
        headers.push(lines.length);
        lines.push({ kind: "header", group });
      }
      const end = position + group.rows.length;
      while (position < end) {
        const count = Math.min(perLine, end - position);
        this.lineOfPosition.fill(lines.length, position, position + count);
        lines.push({ kind: "tiles", first: position, count, last: position + count === end });
        position += count;
      }
    }
    this.lines = lines;
    this.headers = headers;
    this.perLine = perLine;
  }

  lineOf(position: number): number {
    return this.lineOfPosition[position] ?? 0;
  }

  /** The header that a line stands under, or null. */
  headerAbove(line: number): number | null {
    return this.headers.findLast((header) => header <= line) ?? null;
  }

  /** The position `steps` lines of tiles further down (or up), in the same column or the line's last. */
  moveLines(position: number, steps: number): number {
    const start = this.lines[this.lineOf(position)];
    if (start?.kind !== "tiles") return position;
    const column = position - start.first;
    let target = position;
    let left = Math.abs(steps);
    for (
      let i = this.lineOf(position) + Math.sign(steps);
      left > 0 && i >= 0 && i < this.lines.length;
      i += Math.sign(steps)
    ) {
      const line = this.lines[i]!;
      if (line.kind !== "tiles") continue;
      target = line.first + Math.min(column, line.count - 1);
      left--;
    }
    return target;
  }

  /** Where a key leads from a position, or null if it is not a key for moving. */
  move(position: number, key: string, linesPerPage: number): number | null {
    const last = this.rows.length - 1;
    switch (key) {
      case "ArrowLeft":
        return Math.max(0, position - 1);
      case "ArrowRight":
        return Math.min(last, position + 1);
      case "ArrowUp":
        return this.moveLines(position, -1);
      case "ArrowDown":
        return this.moveLines(position, 1);
      case "PageUp":
        return this.moveLines(position, -linesPerPage);
      case "PageDown":
        return this.moveLines(position, linesPerPage);
      case "Home":
        return 0;
      case "End":
        return last;
      default:
        return null;
    }
  }
}
