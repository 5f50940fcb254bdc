/** Draws the lines of the gallery that are on screen, with the header of the topmost group always in sight. */
import {
  defaultRangeExtractor,
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
} from "@tanstack/virtual-core";
import { element } from "../dom";
import type { Group } from "../groups";
import type { Store } from "../store";
import type { ViewContext } from "./context";
import { groupButton } from "./gallery-group";
import { HEADER_HEIGHT, type Line, type Lines } from "./gallery-lines";
import type { Picker } from "./gallery-picker";
import { GalleryTile } from "./gallery-tile";

export const GAP = 6;
export const PADDING = 8;
const CAPTION_HEIGHT = 18;
const GROUP_GAP = 8;

export interface GridShape {
  lines: Lines;
  /** Longest side of a picture, CSS pixels. */
  side: number;
  captions: boolean;
}

interface MountedLine {
  element: HTMLElement;
  tiles: readonly GalleryTile[];
}

let grids = 0;

export class GalleryGrid {
  readonly scroller: HTMLElement;
  private readonly content = element("div", {
    class: "imgclust-lines",
    attributes: { role: "presentation" },
  });
  private readonly virtualizer: Virtualizer<HTMLElement, HTMLElement>;
  private readonly mounted = new Map<number, MountedLine>();
  private readonly store: Store;
  private readonly picker: Picker;
  private readonly onDraw: () => void;
  private readonly prefix = `imgclust-grid-${++grids}`;
  private shape: GridShape;

  /** `onDraw` is called when other lines have come into sight. */
  constructor({ store, signal }: ViewContext, shape: GridShape, picker: Picker, onDraw: () => void) {
    this.shape = shape;
    this.store = store;
    this.picker = picker;
    this.onDraw = onDraw;
    this.scroller = element("div", {
      class: "imgclust-grid",
      attributes: { role: "grid", tabindex: 0, "aria-multiselectable": "true", "aria-label": "Pictures" },
      children: [this.content],
    });
    this.virtualizer = new Virtualizer(this.options());
    const unmount = this.virtualizer._didMount();
    signal.addEventListener("abort", unmount);
  }

  private options() {
    return {
      count: this.shape.lines.lines.length,
      getScrollElement: () => this.scroller,
      estimateSize: (index: number) => this.heightOf(this.shape.lines.lines[index]),
      observeElementRect,
      observeElementOffset,
      scrollToFn: elementScroll,
      overscan: 3,
      scrollPaddingStart: this.shape.lines.headers.length > 0 ? HEADER_HEIGHT : 0,
      scrollPaddingEnd: PADDING,
      onChange: () => this.draw(),
      rangeExtractor: (range: Parameters<typeof defaultRangeExtractor>[0]) => {
        const indices = defaultRangeExtractor(range);
        const header = this.shape.lines.headerAbove(range.startIndex);
        return header === null || header >= indices[0]! ? indices : [header, ...indices];
      },
    };
  }

  private heightOf(line: Line | undefined): number {
    if (line?.kind === "header") return HEADER_HEIGHT;
    const { side, captions } = this.shape;
    return side + GAP + (captions ? CAPTION_HEIGHT : 0) + (line?.last ? GROUP_GAP : 0);
  }

  /** The tiles in the page now. */
  *tiles(): IterableIterator<GalleryTile> {
    for (const { tiles } of this.mounted.values()) yield* tiles;
  }

  /** The rows on screen or nearly, those on screen first. */
  rowsInReach(): number[] {
    const { startIndex = 0, endIndex = -1 } = this.virtualizer.range ?? {};
    const lines = [...this.mounted].sort(
      ([a], [b]) => beyond(a, startIndex, endIndex) - beyond(b, startIndex, endIndex),
    );
    return lines.flatMap(([, { tiles }]) => tiles.map(({ row }) => row));
  }

  get isScrolling(): boolean {
    return this.virtualizer.isScrolling;
  }

  get linesPerPage(): number {
    return Math.max(1, Math.floor(this.scroller.clientHeight / this.heightOf(undefined)) - 1);
  }

  get side(): number {
    return this.shape.side;
  }

  tileId(row: number): string {
    return `${this.prefix}-${row}`;
  }

  /** "keep" leaves the picture that is topmost in sight where it is on the screen. */
  setShape(shape: GridShape, scroll: "keep" | "top"): void {
    const topmost = scroll === "keep" ? this.topmost() : null;
    this.shape = shape;
    for (const { element: line } of this.mounted.values()) line.remove();
    this.mounted.clear();
    const { lines, side } = shape;
    this.scroller.style.setProperty("--imgclust-side", `${side}px`);
    this.scroller.classList.toggle("imgclust-captions", shape.captions);
    this.scroller.setAttribute("aria-rowcount", String(lines.lines.length));
    this.scroller.setAttribute("aria-colcount", String(lines.perLine));
    this.virtualizer.setOptions(this.options());
    this.virtualizer.measure();
    this.virtualizer._willUpdate();
    this.content.style.height = `${this.virtualizer.getTotalSize()}px`;
    const position = topmost === null ? -1 : lines.rows.indexOf(topmost.row);
    if (scroll === "top") this.virtualizer.scrollToOffset(0);
    else if (topmost !== null && position >= 0) {
      const above = lines.lines.slice(0, lines.lineOf(position));
      const start = above.reduce((sum, line) => sum + this.heightOf(line), 0);
      this.virtualizer.scrollToOffset(start - topmost.below);
    }
    this.draw();
  }

  scrollTo(position: number): void {
    this.virtualizer.scrollToIndex(this.shape.lines.lineOf(position));
  }

  /** The first picture in sight, and how far below the upper edge; null at the very top, which should stay the top. */
  private topmost(): { row: number; below: number } | null {
    const { lines, rows } = this.shape.lines;
    const { scrollTop } = this.scroller;
    if (scrollTop === 0) return null;
    for (const { index, start, end } of this.virtualizer.getVirtualItems()) {
      const line = lines[index];
      if (line?.kind === "tiles" && (start + end) / 2 > scrollTop + HEADER_HEIGHT) {
        return { row: rows[line.first]!, below: start - scrollTop };
      }
    }
    return null;
  }

  private draw(): void {
    const items = this.virtualizer.getVirtualItems();
    const wanted = new Set(items.map(({ index }) => index));
    for (const [index, { element: line }] of this.mounted) {
      if (wanted.has(index)) continue;
      line.remove();
      this.mounted.delete(index);
    }
    const stuck = this.shape.lines.headerAbove(this.virtualizer.range?.startIndex ?? 0);
    for (const { index, start } of items) {
      const line = this.mounted.get(index) ?? this.mountLine(index);
      line.element.classList.toggle("imgclust-stuck", index === stuck);
      line.element.style.transform = index === stuck ? "" : `translateY(${start}px)`;
    }
    this.onDraw();
  }

  private mountLine(index: number): MountedLine {
    const line = this.shape.lines.lines[index]!;
    const mounted =
      line.kind === "header" ? this.headerLine(line.group) : this.tileLine(line.first, line.count);
    mounted.element.setAttribute("aria-rowindex", String(index + 1));
    this.mounted.set(index, mounted);
    // Reading order is the order of the lines, in which a screen reader walks through them.
    const after = [...this.mounted.keys()].filter((other) => other > index).sort((a, b) => a - b)[0];
    this.content.insertBefore(mounted.element, after === undefined ? null : this.mounted.get(after)!.element);
    return mounted;
  }

  private headerLine(group: Group): MountedLine {
    const cell = element("div", {
      attributes: { role: "gridcell", "aria-colspan": this.shape.lines.perLine },
      children: [groupButton(group, this.store, this.picker)],
    });
    const line = element("div", {
      class: "imgclust-line imgclust-line-header",
      attributes: { role: "row" },
      children: [cell],
    });
    return { element: line, tiles: [] };
  }

  private tileLine(first: number, count: number): MountedLine {
    const { lines, side } = this.shape;
    const tiles = Array.from({ length: count }, (_, column) => {
      const row = lines.rows[first + column]!;
      return new GalleryTile(row, this.tileId(row), column, side);
    });
    const line = element("div", {
      class: "imgclust-line imgclust-line-tiles",
      attributes: { role: "row" },
      children: tiles.map((tile) => tile.element),
    });
    return { element: line, tiles };
  }
}

const beyond = (index: number, start: number, end: number): number => Math.max(start - index, index - end, 0);
