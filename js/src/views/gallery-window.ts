/** Keeps in the page those of very many lines that are in sight or nearly, the head of the topmost group always. */

/** Lines whose places are known without drawing them. */
export interface Places {
  readonly count: number;
  readonly height: number;
  top(index: number): number;
  heightOf(index: number): number;
  lineAt(y: number): number;
  headerAbove(index: number): number | null;
}

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
  isScrolling = false;
  /** First and last line in sight. */
  range: readonly [number, number] = [0, -1];
  private places: Places;
  private lastHeight = 0;
  private rest: ReturnType<typeof setTimeout> | undefined;
  private readonly scroller: HTMLElement;
  private readonly content: HTMLElement;
  private readonly hands: Hands<L>;

  constructor(
    scroller: HTMLElement,
    content: HTMLElement,
    places: Places,
    hands: Hands<L>,
    signal: AbortSignal,
  ) {
    this.scroller = scroller;
    this.content = content;
    this.places = places;
    this.hands = hands;
    scroller.addEventListener("scroll", () => this.onScroll(), { signal, passive: true });
    signal.addEventListener("abort", () => clearTimeout(this.rest));
  }

  /** Other lines; `scrollTop` is where to go with them. */
  setPlaces(places: Places, scrollTop: number): void {
    this.places = places;
    for (const line of this.mounted.values()) this.remove(line);
    this.mounted.clear();
    this.content.style.height = `${places.height}px`;
    this.scroller.scrollTop = scrollTop;
    this.draw();
  }

  /** What is above the lines inside the scroller: the names of a table's columns. */
  private get above(): number {
    return this.content.offsetTop;
  }

  /** While the host changes its theme, an element in sight may have no height for a moment that no observer sees. */
  private get room(): number {
    this.lastHeight = this.scroller.clientHeight || this.lastHeight;
    return Math.max(0, this.lastHeight - this.above);
  }

  /** Brings a line into sight by the shortest way. */
  scrollToLine(index: number): void {
    const header = this.places.headerAbove(index);
    const covered = header === null || header === index ? 0 : this.places.heightOf(header);
    const top = this.places.top(index);
    const bottom = top + this.places.heightOf(index);
    const { scrollTop } = this.scroller;
    if (top - covered < scrollTop) this.scroller.scrollTop = top - covered;
    else if (bottom > scrollTop + this.room) this.scroller.scrollTop = bottom - this.room;
    else return;
    this.draw();
  }

  draw(): void {
    const { places } = this;
    const { scrollTop } = this.scroller;
    const wanted: number[] = [];
    if (places.count > 0) {
      this.range = [places.lineAt(scrollTop), places.lineAt(scrollTop + this.room)];
      const last = places.lineAt(scrollTop + this.room + REACH);
      for (let index = places.lineAt(scrollTop - REACH); index <= last; index++) wanted.push(index);
      const header = places.headerAbove(this.range[0]);
      if (header !== null && header < wanted[0]!) wanted.unshift(header);
    }
    const kept = new Set(wanted);
    for (const [index, line] of this.mounted) {
      if (kept.has(index)) continue;
      this.remove(line);
      this.mounted.delete(index);
    }
    const stuck = places.headerAbove(this.range[0]);
    // Reading order is the order of the lines, in which a screen reader walks through them.
    let next: HTMLElement | null = null;
    for (const index of wanted.toReversed()) {
      let line = this.mounted.get(index);
      if (line === undefined) {
        line = this.hands.mount(index);
        this.mounted.set(index, line);
        this.content.insertBefore(line.element, next);
      }
      const { element } = line;
      element.classList.toggle("imgclust-stuck", index === stuck);
      element.style.transform = index === stuck ? "" : `translateY(${places.top(index)}px)`;
      next = element;
    }
    this.hands.drawn();
  }

  private remove(line: L): void {
    line.element.remove();
    this.hands.unmount(line);
  }

  private onScroll(): void {
    this.isScrolling = true;
    clearTimeout(this.rest);
    this.rest = setTimeout(() => {
      this.isScrolling = false;
      this.hands.drawn();
    }, REST_MS);
    this.draw();
  }
}
