/** Keeps in the page those of very many lines that are in sight or nearly, the head of the topmost group always. */
import {
  defaultRangeExtractor,
  elementScroll,
  observeElementOffset,
  observeElementRect,
  type Range,
  Virtualizer,
  type VirtualizerOptions,
} from "@tanstack/virtual-core";
import type { Lines } from "./gallery-lines";

export interface MountedLine {
  readonly element: HTMLElement;
}

interface Hands<L> {
  mount(index: number): L;
  unmount(line: L): void;
  /** Called when other lines have come into sight, and when the scrolling has come to rest. */
  drawn(): void;
}

/** Lines beyond the edges are ready when they come into sight, CSS pixels. */
const REACH = 160;
const REST_MS = 120;

export class LineWindow<L extends MountedLine> {
  readonly mounted = new Map<number, L>();
  private readonly virtualizer: Virtualizer<HTMLElement, HTMLElement>;
  private lines: Lines;
  /** Takes the room anew from the page. */
  private measureRoom = (): void => {};
  /** What is in sight before other lines are scrolled to their place need not be drawn. */
  private isOnTheWay = false;
  private readonly scroller: HTMLElement;
  private readonly content: HTMLElement;
  private readonly hands: Hands<L>;

  constructor(
    scroller: HTMLElement,
    content: HTMLElement,
    lines: Lines,
    hands: Hands<L>,
    signal: AbortSignal,
  ) {
    this.scroller = scroller;
    this.content = content;
    this.lines = lines;
    this.hands = hands;
    this.virtualizer = new Virtualizer(this.options(lines));
    signal.addEventListener("abort", this.virtualizer._didMount());
    this.virtualizer._willUpdate();
  }

  get isScrolling(): boolean {
    return this.virtualizer.isScrolling;
  }

  /** First and last line in sight. */
  get range(): readonly [number, number] {
    const { startIndex, endIndex } = this.virtualizer.range ?? { startIndex: 0, endIndex: -1 };
    return [startIndex, endIndex];
  }

  /** Other lines; `scrollTop` is where to go with them. */
  setLines(lines: Lines, scrollTop: number): void {
    this.lines = lines;
    this.clear();
    this.content.style.height = `${lines.height}px`;
    this.virtualizer.setOptions(this.options(lines));
    this.isOnTheWay = true;
    this.measureRoom();
    this.virtualizer.scrollToOffset(scrollTop);
    this.isOnTheWay = false;
    this.draw();
  }

  /** Takes all lines out of the page. */
  clear(): void {
    for (const line of this.mounted.values()) this.remove(line);
    this.mounted.clear();
  }

  /** Brings a line into sight by the shortest way. */
  scrollToLine(index: number): void {
    const { virtualizer } = this;
    const header = this.lines.headerAbove(index);
    const scrollPaddingStart = header === null || header === index ? 0 : this.lines.heightOf(header);
    virtualizer.setOptions({ ...virtualizer.options, scrollPaddingStart });
    virtualizer.scrollToIndex(index);
    this.draw();
  }

  draw(): void {
    // A scroll is told of with the next frame only.
    this.virtualizer.scrollOffset = this.scroller.scrollTop;
    const wanted = this.virtualizer.getVirtualItems();
    const kept = new Set(wanted.map(({ index }) => index));
    for (const [index, line] of this.mounted) {
      if (kept.has(index)) continue;
      this.remove(line);
      this.mounted.delete(index);
    }
    const stuck = this.lines.headerAbove(this.range[0]);
    // Reading order is the order of the lines, in which a screen reader walks through them.
    let next: HTMLElement | null = null;
    for (const { index, start } of wanted.toReversed()) {
      let line = this.mounted.get(index);
      if (line === undefined) {
        line = this.hands.mount(index);
        this.mounted.set(index, line);
        this.content.insertBefore(line.element, next);
      }
      const { element } = line;
      element.classList.toggle("imgclust-stuck", index === stuck);
      element.style.transform = index === stuck ? "" : `translateY(${start}px)`;
      next = element;
    }
    this.hands.drawn();
  }

  private remove(line: L): void {
    line.element.remove();
    this.hands.unmount(line);
  }

  private options(lines: Lines): VirtualizerOptions<HTMLElement, HTMLElement> {
    const { scroller, content } = this;
    return {
      count: lines.count,
      estimateSize: (index) => lines.heightOf(index),
      // Another function has the lines laid out anew; `measure()` would also draw them before they are scrolled.
      getItemKey: (index) => index,
      getScrollElement: () => scroller,
      scrollToFn: elementScroll,
      observeElementOffset,
      observeElementRect: (instance, report) => {
        this.measureRoom = () => {
          const { clientWidth: width, clientHeight } = scroller;
          // While the host changes its theme, an element in sight may have no height for a moment.
          if (clientHeight === 0) return;
          // The names of a table's columns lie over the upper edge.
          report({ width, height: Math.max(0, clientHeight - content.offsetTop) });
        };
        return observeElementRect(instance, this.measureRoom);
      },
      overscan: Math.ceil(REACH / lines.shape.height),
      isScrollingResetDelay: REST_MS,
      rangeExtractor: (range: Range) => {
        const indices = defaultRangeExtractor(range);
        const header = lines.headerAbove(range.startIndex);
        return header === null || header >= indices[0]! ? indices : [header, ...indices];
      },
      onChange: () => {
        if (!this.isOnTheWay) this.draw();
      },
    };
  }
}
