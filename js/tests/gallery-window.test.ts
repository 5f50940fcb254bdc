// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { element } from "../src/dom";
import { type Group, groupKey } from "../src/groups";
import { HEADER_HEIGHT, Lines } from "../src/views/gallery-lines";
import { LineWindow, type MountedLine } from "../src/views/gallery-window";

const LINE = 40;
const ROOM = 400;

/** Two groups of 50,000 pictures, one on each line. */
const groups = [0, 1].map(
  (code): Group => ({
    label: `Group ${code}`,
    by: "group",
    code,
    rows: Uint32Array.from({ length: 50_000 }, (_, i) => code * 50_000 + i),
    total: 50_000,
    node: null,
  }),
);
const lines = new Lines(groups, { perLine: 1, height: LINE, groupGap: 8 });
const secondHead = lines.headOf(groupKey(groups[1]!))!;

let life: AbortController;
let scroller: HTMLElement;
let window: LineWindow<MountedLine>;
let height: number;

const drawn = (): number[] => [...window.mounted.keys()].sort((a, b) => a - b);
const stuck = (): number[] =>
  [...window.mounted].filter(([, line]) => line.element.matches(".imgclust-stuck")).map(([index]) => index);

beforeEach(() => {
  life = new AbortController();
  height = ROOM;
  const content = element("div", {});
  scroller = element("div", { children: [content] });
  Object.defineProperties(scroller, {
    clientHeight: { get: () => height },
    scrollHeight: { get: () => Number.parseFloat(content.style.height) },
  });
  scroller.scrollTo = (to?: ScrollToOptions | number) => {
    scroller.scrollTop = (to as ScrollToOptions).top!;
  };
  document.body.replaceChildren(scroller);
  const hands = { mount: () => ({ element: element("div", {}) }), unmount() {}, drawn() {} };
  window = new LineWindow(scroller, content, lines, hands, life.signal);
  window.setLines(lines, 0);
});

afterEach(() => {
  life.abort();
  vi.useRealTimers();
});

describe("the gallery's window on 100,000 lines", () => {
  it("draws those in sight and a few beyond, the head of the topmost group always", () => {
    expect(drawn()).toEqual(Array.from({ length: 15 }, (_, i) => i));
    expect(stuck()).toEqual([0]);
    window.scrollToLine(lines.count - 1);
    expect(scroller.scrollTop).toBe(lines.height - ROOM);
    expect(stuck()).toEqual([secondHead]);
    expect(drawn()).toEqual([secondHead, ...drawn().slice(1)]);
    expect(drawn().length).toBeLessThan(20);
    expect(window.range).toEqual([lines.lineAt(lines.height - ROOM), lines.count - 1]);
  });

  it("draws what one scrolls to, and knows when that has come to rest", () => {
    vi.useFakeTimers();
    scroller.scrollTop = lines.top(70_000);
    scroller.dispatchEvent(new Event("scroll"));
    expect(window.range).toEqual([70_000, 70_009]);
    expect(drawn()).toEqual([secondHead, ...Array.from({ length: 18 }, (_, i) => 69_996 + i)]);
    expect(window.isScrolling).toBe(true);
    vi.runAllTimers();
    expect(window.isScrolling).toBe(false);
  });

  it("keeps as many while it has no height for a moment", () => {
    const before = drawn();
    height = 0;
    window.setLines(lines, 0);
    expect(drawn()).toEqual(before);
  });

  it("goes the shortest way to a line, which the stuck head does not cover, and no way to one in sight", () => {
    window.scrollToLine(1000);
    expect(scroller.scrollTop).toBe(lines.top(1001) - ROOM);
    window.scrollToLine(995);
    expect(scroller.scrollTop).toBe(lines.top(1001) - ROOM);
    window.scrollToLine(500);
    expect(scroller.scrollTop).toBe(lines.top(500) - HEADER_HEIGHT);
    window.setLines(lines, lines.top(secondHead) + 1000);
    window.scrollToLine(secondHead);
    expect(scroller.scrollTop).toBe(lines.top(secondHead));
  });

  it("draws other lines once, at the place where they are scrolled to", () => {
    const mounted: number[] = [];
    const mount = (index: number) => ({ element: element("div", {}), at: mounted.push(index) });
    const content = scroller.firstElementChild as HTMLElement;
    const hands = { mount, unmount() {}, drawn() {} };
    const other = new LineWindow(scroller, content, lines, hands, life.signal);
    other.setLines(lines, 100 * LINE);
    mounted.length = 0;
    other.setLines(new Lines(groups, { perLine: 1, height: 2 * LINE, groupGap: 8 }), 50_000 * LINE);
    expect(mounted.filter((index) => index > 0 && index < 24_000)).toEqual([]);
  });
});
