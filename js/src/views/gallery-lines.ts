/** The gallery as lines: heads of groups, and pictures beside one another. Where each is, and what is where. No DOM. */
import { type Group, groupKey } from "../groups";

export const HEADER_HEIGHT = 28;

export type Line =
  | { kind: "header"; group: Group; isCollapsed: boolean }
  /** Positions first … first + count - 1 of the display order. */
  | { kind: "pictures"; first: number; count: number };

export interface LineShape {
  perLine: number;
  /** Of a line of pictures, with the gap below it; CSS pixels. */
  height: number;
  /** Room below the last line of a group. */
  groupGap: number;
}

/** A group with its place among lines, positions and pixels: nothing is kept for each line or image. */
interface Section {
  group: Group;
  isCollapsed: boolean;
  headers: 0 | 1;
  firstLine: number;
  firstPosition: number;
  /** Lines of pictures before this group. */
  before: number;
  count: number;
  top: number;
}

export class Lines {
  /** All rows that have a place, in display order; those of collapsed groups have none. */
  readonly rows: Uint32Array;
  readonly count: number;
  /** CSS pixels. */
  readonly height: number;
  readonly shape: LineShape;
  readonly hasHeaders: boolean;
  private readonly sections: readonly Section[];
  private readonly pictureLines: number;

  constructor(
    groups: readonly Group[],
    shape: LineShape,
    isCollapsed: (group: Group) => boolean = () => false,
  ) {
    const sections: Section[] = [];
    let [line, position, before, top] = [0, 0, 0, 0];
    for (const group of groups) {
      const headers = group.label === "" ? 0 : 1;
      const collapsed = headers === 1 && isCollapsed(group);
      const count = collapsed ? 0 : group.rows.length;
      sections.push({
        group,
        isCollapsed: collapsed,
        headers,
        firstLine: line,
        firstPosition: position,
        before,
        count,
        top,
      });
      const lines = Math.ceil(count / shape.perLine);
      line += headers + lines;
      position += count;
      before += lines;
      top += headers * HEADER_HEIGHT + lines * shape.height + (lines > 0 ? shape.groupGap : 0);
    }
    this.rows = new Uint32Array(position);
    for (const { group, count, firstPosition } of sections)
      if (count > 0) this.rows.set(group.rows, firstPosition);
    this.sections = sections;
    this.shape = shape;
    this.count = line;
    this.height = top;
    this.pictureLines = before;
    this.hasHeaders = sections.some(({ headers }) => headers === 1);
  }

  line(index: number): Line {
    const { group, isCollapsed, headers, firstLine, firstPosition, count } = this.sectionOf(
      "firstLine",
      index,
    );
    if (index < firstLine + headers) return { kind: "header", group, isCollapsed };
    const offset = (index - firstLine - headers) * this.shape.perLine;
    return {
      kind: "pictures",
      first: firstPosition + offset,
      count: Math.min(this.shape.perLine, count - offset),
    };
  }

  /** Where a line begins, CSS pixels from the top. */
  top(index: number): number {
    const { headers, firstLine, top } = this.sectionOf("firstLine", index);
    const below = index - firstLine - headers;
    return below < 0 ? top : top + headers * HEADER_HEIGHT + below * this.shape.height;
  }

  /** Up to where the next line begins. */
  heightOf(index: number): number {
    const { headers, firstLine, count } = this.sectionOf("firstLine", index);
    const below = index - firstLine - headers;
    if (below < 0) return HEADER_HEIGHT;
    const isLast = (below + 1) * this.shape.perLine >= count;
    return this.shape.height + (isLast ? this.shape.groupGap : 0);
  }

  /** The line at a height; the nearest where there is none. */
  lineAt(y: number): number {
    if (this.count === 0) return 0;
    const { headers, firstLine, count, top } = this.sectionOf("top", y);
    const lines = Math.ceil(count / this.shape.perLine);
    const below = Math.floor((y - top - headers * HEADER_HEIGHT) / this.shape.height);
    return firstLine + Math.max(0, Math.min(headers + below, headers + lines - 1));
  }

  /** The line that a position is on. */
  lineOf(position: number): number {
    const { headers, firstLine, firstPosition } = this.sectionOf("firstPosition", position);
    return firstLine + headers + Math.floor((position - firstPosition) / this.shape.perLine);
  }

  /** The header that a line stands under, or null. */
  headerAbove(index: number): number | null {
    if (this.count === 0) return null;
    const { headers, firstLine } = this.sectionOf("firstLine", index);
    return headers === 1 ? firstLine : null;
  }

  /** The header line of a group, by its key, or null. */
  headOf(key: string): number | null {
    const section = this.sections.find(({ group, headers }) => headers === 1 && groupKey(group) === key);
    return section?.firstLine ?? null;
  }

  /** The positions on the lines between two heights and in columns `left` to `right`. */
  positionsIn(top: number, bottom: number, left: number, right: number): number[] {
    const positions: number[] = [];
    if (this.count === 0 || bottom < 0 || top > this.height) return positions;
    const last = this.lineAt(bottom);
    for (let index = this.lineAt(top); index <= last; index++) {
      const line = this.line(index);
      if (line.kind === "header") continue;
      const end = Math.min(right, line.count - 1);
      for (let column = Math.max(0, left); column <= end; column++) positions.push(line.first + column);
    }
    return positions;
  }

  /** The position `steps` lines of pictures further down (or up), in the same column or the line's last. */
  private moveLines(position: number, steps: number): number {
    const { perLine } = this.shape;
    const from = this.sectionOf("firstPosition", position);
    const offset = position - from.firstPosition;
    const here = from.before + Math.floor(offset / perLine);
    const there = Math.max(0, Math.min(this.pictureLines - 1, here + steps));
    if (there === here) return position;
    const to = this.sectionOf("before", there);
    const wanted = (there - to.before) * perLine + (offset % perLine);
    return to.firstPosition + Math.min(wanted, to.count - 1);
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

  /** The last section that begins at or before a value; of several that begin there the last, which is not empty. */
  private sectionOf(key: "firstLine" | "firstPosition" | "before" | "top", value: number): Section {
    let [low, high] = [0, this.sections.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.sections[middle]![key] <= value) low = middle;
      else high = middle - 1;
    }
    return this.sections[low]!;
  }
}
