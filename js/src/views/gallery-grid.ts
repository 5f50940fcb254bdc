/** The gallery's lines in the page, as tiles or as rows of a table. */
import { element } from "../dom";
import type { Store } from "../store";
import type { Dataset } from "../wire";
import type { ViewContext } from "./context";
import { type GroupHands, groupHead } from "./gallery-group";
import { HEADER_HEIGHT, type Lines } from "./gallery-lines";
import type { Picture } from "./gallery-picture";
import { GalleryTile } from "./gallery-tile";
import { LineWindow, type MountedLine } from "./gallery-window";
import type { TableColumn } from "./table-columns";
import { TableRow } from "./table-row";
import { columnTemplate, tableWidth, type Widths } from "./table-widths";

export const GAP = 6;
export const PADDING = 8;
/** About as many as are in sight. */
const SPARE_TILES = 100;

export interface GridShape {
  lines: Lines;
  /** Which images their rows are. */
  items: Pick<Dataset, "ids" | "rowOfId">;
  /** Longest side of a picture, CSS pixels. */
  side: number;
  captions: boolean;
  /** Of the table; null for tiles. */
  columns: readonly TableColumn[] | null;
}

interface GalleryLine extends MountedLine {
  readonly pictures: readonly Picture[];
}

interface Point {
  x: number;
  y: number;
}

let grids = 0;

export class GalleryGrid {
  readonly scroller: HTMLElement;
  readonly content = element("div", { class: "imgclust-lines", attributes: { role: "presentation" } });
  private readonly window: LineWindow<GalleryLine>;
  private readonly store: Store;
  private readonly hands: GroupHands;
  private readonly prefix = `imgclust-grid-${++grids}`;
  /** Elements out of sight, to be used again; tiles by the row that they show. */
  private readonly spareTiles = new Map<number, GalleryTile>();
  private spareRows: TableRow[] = [];
  private shape: GridShape;

  /**
   * `header` is the table's; `onDraw` is called when other lines have come into sight, and when the scrolling has come to
   * rest.
   */
  constructor(
    { store, signal }: ViewContext,
    shape: GridShape,
    header: HTMLElement,
    hands: GroupHands,
    onDraw: () => void,
  ) {
    this.shape = shape;
    this.store = store;
    this.hands = hands;
    this.scroller = element("div", {
      class: "imgclust-grid",
      attributes: { role: "grid", tabindex: 0, "aria-multiselectable": "true", "aria-label": "Pictures" },
      children: [header, this.content],
    });
    this.scroller.addEventListener("scroll", () => {
      this.scroller.classList.toggle("imgclust-scrolled", this.scroller.scrollLeft > 0);
    });
    this.window = new LineWindow(
      this.scroller,
      this.content,
      shape.lines,
      { mount: (index) => this.mount(index), unmount: (line) => this.unmount(line), drawn: onDraw },
      signal,
    );
  }

  /** The pictures in the page now. */
  *pictures(): IterableIterator<Picture> {
    for (const { pictures } of this.window.mounted.values()) yield* pictures;
  }

  /** The rows on screen or nearly, those on screen first. */
  rowsInReach(): number[] {
    const [first, last] = this.window.range;
    const beyond = (index: number): number => Math.max(first - index, index - last, 0);
    const lines = [...this.window.mounted].sort(([a], [b]) => beyond(a) - beyond(b) || a - b);
    return lines.flatMap(([, { pictures }]) => pictures.map(({ row }) => row));
  }

  get isScrolling(): boolean {
    return this.window.isScrolling;
  }

  get isTable(): boolean {
    return this.shape.columns !== null;
  }

  get linesPerPage(): number {
    return Math.max(1, Math.floor(this.scroller.clientHeight / this.shape.lines.shape.height) - 1);
  }

  /** CSS pixels of the pictures. */
  get side(): number {
    return this.shape.side;
  }

  elementId(row: number): string {
    return `${this.prefix}-${row}`;
  }

  /** "keep" leaves the picture that is topmost in sight where it is on the screen. */
  setShape(shape: GridShape, scroll: "keep" | "top"): void {
    const topmost = scroll === "keep" ? this.topmost() : null;
    const id = topmost === null ? -1 : this.shape.items.ids[topmost.row]!;
    const { columns, lines, side } = shape;
    if (columns !== this.shape.columns) this.spareRows = [];
    if (shape.items !== this.shape.items) {
      // Rows are other images now: nothing that is painted may be seen again.
      this.window.clear();
      this.spareTiles.clear();
    }
    this.shape = shape;
    const { style, classList } = this.scroller;
    style.setProperty("--imgclust-side", `${side}px`);
    if (columns === null) this.content.style.minWidth = "";
    classList.toggle("imgclust-captions", shape.captions);
    classList.toggle("imgclust-table", columns !== null);
    this.scroller.setAttribute("aria-rowcount", String(lines.count + (columns ? 1 : 0)));
    this.scroller.setAttribute("aria-colcount", String(columns?.length ?? lines.shape.perLine));
    const position = topmost === null ? -1 : lines.rows.indexOf(shape.items.rowOfId[id] ?? -1);
    const kept = scroll === "keep" ? this.scroller.scrollTop : 0;
    this.window.setLines(
      lines,
      topmost === null || position < 0 ? kept : lines.top(lines.lineOf(position)) - topmost.below,
    );
  }

  setWidths(columns: readonly TableColumn[], widths: Widths): void {
    this.scroller.style.setProperty("--imgclust-columns", columnTemplate(columns, widths));
    this.content.style.minWidth = `${tableWidth(columns, widths)}px`;
  }

  scrollTo(position: number): void {
    this.window.scrollToLine(this.shape.lines.lineOf(position));
  }

  /** Brings the head of a group into sight. */
  scrollToGroup(key: string): void {
    const line = this.shape.lines.headOf(key);
    if (line !== null) this.window.scrollToLine(line);
  }

  /** Other lines may be in sight: the element has another size. */
  draw(): void {
    this.window.draw();
  }

  /** A point of the page as one of the lines' surface. */
  toContent({ x, y }: Point): Point {
    const { left, top } = this.content.getBoundingClientRect();
    return { x: x - left, y: y - top };
  }

  /** The rows whose places a rectangle of the lines' surface meets. */
  rowsIn(a: Point, b: Point): number[] {
    const { lines, side, columns } = this.shape;
    const [left, right] = [Math.min(a.x, b.x) - PADDING, Math.max(a.x, b.x) - PADDING];
    const [top, bottom] = [Math.min(a.y, b.y), Math.max(a.y, b.y)];
    // The gaps before and above a tile are nobody's.
    const positions = columns
      ? lines.positionsIn(top, bottom, 0, 0)
      : lines.positionsIn(
          top,
          bottom - GAP,
          Math.ceil((left - side) / (side + GAP)),
          Math.floor(right / (side + GAP)),
        );
    return positions.map((position) => lines.rows[position]!);
  }

  /** The first picture in sight, and how far below the upper edge; null at the very top, which should stay the top. */
  private topmost(): { row: number; below: number } | null {
    const { lines } = this.shape;
    const { scrollTop } = this.scroller;
    if (scrollTop === 0) return null;
    const covered = lines.hasHeaders ? HEADER_HEIGHT : 0;
    for (const index of [...this.window.mounted.keys()].sort((a, b) => a - b)) {
      const line = lines.line(index);
      const top = lines.top(index);
      if (line.kind === "pictures" && top + lines.shape.height / 2 > scrollTop + covered)
        return { row: lines.rows[line.first]!, below: top - scrollTop };
    }
    return null;
  }

  private mount(index: number): GalleryLine {
    const { lines, columns } = this.shape;
    const line = lines.line(index);
    const mounted =
      line.kind === "header"
        ? this.header(groupHead(line.group, line.isCollapsed, this.store, this.hands))
        : columns
          ? this.tableRow(lines.rows[line.first]!, columns)
          : this.tileLine(line.first, line.count);
    mounted.element.setAttribute("aria-rowindex", String(index + (columns ? 2 : 1)));
    return mounted;
  }

  private unmount({ pictures }: GalleryLine): void {
    for (const picture of pictures) {
      if (picture instanceof GalleryTile) this.spareTiles.set(picture.row, picture);
      else if (picture instanceof TableRow && picture.columns === this.shape.columns)
        this.spareRows.push(picture);
    }
  }

  private header(head: HTMLElement): GalleryLine {
    const { lines, columns } = this.shape;
    const cell = element("div", {
      attributes: { role: "gridcell", "aria-colspan": columns?.length ?? lines.shape.perLine },
      children: [head],
    });
    const line = element("div", {
      class: "imgclust-line imgclust-line-header",
      attributes: { role: "row" },
      children: [cell],
    });
    return { element: line, pictures: [] };
  }

  private tableRow(row: number, columns: readonly TableColumn[]): GalleryLine {
    const made = this.spareRows.pop() ?? new TableRow(columns);
    made.show(row, this.elementId(row));
    return { element: made.element, pictures: [made] };
  }

  /** As the cut moves, most pictures stay: they are not painted anew, and others take the tiles that are longest out of sight. */
  private takeTile(row: number): GalleryTile {
    const [oldest] = this.spareTiles.size > SPARE_TILES ? this.spareTiles.values() : [];
    const tile = this.spareTiles.get(row) ?? oldest ?? new GalleryTile();
    this.spareTiles.delete(tile.row);
    return tile;
  }

  private tileLine(first: number, count: number): GalleryLine {
    const { lines, side, captions } = this.shape;
    const tiles = Array.from({ length: count }, (_, column) => {
      const row = lines.rows[first + column]!;
      const tile = this.takeTile(row);
      tile.show(row, this.elementId(row), column, side, captions);
      return tile;
    });
    const line = element("div", {
      class: "imgclust-line imgclust-line-tiles",
      attributes: { role: "row" },
      children: tiles.map((tile) => tile.element),
    });
    return { element: line, pictures: tiles };
  }
}
