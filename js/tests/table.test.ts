// @vitest-environment jsdom
import { signal } from "@preact/signals-core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createSession } from "../src/session";
import type { ViewContext } from "../src/views/context";
import { mountGallery } from "../src/views/gallery";
import { readOptions } from "../src/views/gallery-options";
import { columnTemplate, tableWidth } from "../src/views/table-widths";
import { asProxy, datasetModel, viewModel } from "./dataset";

let life: AbortController;
let pane: HTMLElement;
let ctx: ViewContext;
let resized: (() => void)[];

const all = <E extends HTMLElement>(selector: string): E[] => [...pane.querySelectorAll<E>(selector)];
const names = (): (string | null)[] => all(".imgclust-column").map((column) => column.textContent);
const edgeOf = (name: string): HTMLElement =>
  pane.querySelector<HTMLElement>(`[aria-label="Width of ${name}"]`)!;
const columnOf = (name: string): HTMLElement => pane.querySelector<HTMLElement>(`[data-column="${name}"]`)!;
const press = (target: Element, key: string, keys: KeyboardEventInit = {}): void => {
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...keys }));
};

beforeEach(() => {
  resized = [];
  vi.stubGlobal(
    "ResizeObserver",
    class {
      constructor(run: () => void) {
        resized.push(run);
      }
      observe() {}
      unobserve() {}
      disconnect() {}
    },
  );
  vi.stubGlobal("matchMedia", () => ({ matches: true, addEventListener() {} }));
  HTMLCanvasElement.prototype.getContext = () => null;
  HTMLElement.prototype.showPopover = () => {};
  HTMLElement.prototype.hidePopover = () => {};
  life = new AbortController();
  pane = document.createElement("div");
  document.body.replaceChildren(pane);
  const session = createSession(viewModel({ ui: { gallery: { mode: "table" } } }), life.signal);
  session.store.connect(asProxy(datasetModel(40)));
  const theme = signal({} as ViewContext["theme"]["value"]);
  const tooltip = { show() {}, hide() {} };
  ctx = { ...session, theme, tooltip, signal: life.signal, openPreview: () => {} };
  mountGallery(pane, ctx);
});

afterEach(() => life.abort());

describe("the table's columns", () => {
  it("become wider and narrower with arrow keys on their edge, within limits, and that is remembered", () => {
    const edge = edgeOf("size");
    const before = Number(edge.getAttribute("aria-valuenow"));
    edge.focus();
    press(edge, "ArrowRight");
    press(edge, "ArrowRight", { shiftKey: true });
    expect(Number(edge.getAttribute("aria-valuenow"))).toBe(before + 48);
    expect(readOptions(ctx.store.ui.value.gallery).widths).toEqual({ size: before + 48 });
    for (let i = 0; i < 9; i++) press(edge, "ArrowLeft", { altKey: true });
    expect(edge.getAttribute("aria-valuenow")).toBe(edge.getAttribute("aria-valuemin"));
    expect(document.activeElement).toBe(edge);
    expect(
      pane.querySelector<HTMLElement>("[role=grid]")!.style.getPropertyValue("--imgclust-columns"),
    ).toContain("80px 40px");
  });

  it("can be dragged by their edge, which picks nothing", () => {
    const edge = edgeOf("path");
    edge.setPointerCapture = () => {};
    edge.parentElement!.getBoundingClientRect = () => ({ width: 200 }) as DOMRect;
    ctx.store.select([1, 2], "replace", { kind: "click", text: "" });
    const drag = (type: string, clientX: number) =>
      edge.dispatchEvent(new MouseEvent(type, { clientX, bubbles: true, cancelable: true }));
    drag("pointerdown", 100);
    drag("pointermove", 130);
    drag("lostpointercapture", 130);
    drag("pointermove", 300);
    drag("click", 130);
    expect(edge.getAttribute("aria-valuenow")).toBe("230");
    expect(ctx.store.selection.value.count).toBe(2);
  });

  it("keep the keyboard where it is while one sorts", () => {
    const column = columnOf("size");
    column.focus();
    column.click();
    column.click();
    expect(document.activeElement).toBe(column);
    expect(column.parentElement!.getAttribute("aria-sort")).toBe("descending");
    expect(readOptions(ctx.store.ui.value.gallery).sort).toMatchObject({ name: "size", descending: true });
  });

  it("are hidden and shown in a list, but for the first", () => {
    pane.querySelector<HTMLElement>("[aria-label='Columns of the table']")!.click();
    const ticks = all<HTMLInputElement>(".imgclust-checklist input");
    expect(ticks.map(({ checked }) => checked)).toEqual(ticks.map(() => true));
    expect(ticks[0]!.disabled).toBe(true);
    const [, second, third] = names();
    ticks[2]!.click();
    expect(names()).not.toContain(third);
    expect(names()[1]).toBe(second);
    ticks[2]!.click();
    expect(names()[2]).toBe(third);
    ticks[1]!.click();
    press(edgeOf("size"), "ArrowRight");
    all(".imgclust-popover .imgclust-text-button")[0]!.click();
    expect(readOptions(ctx.store.ui.value.gallery)).toMatchObject({ hidden: [], widths: {} });
    expect(ticks[1]!.checked).toBe(true);
  });
});

it("widths that nobody could use are mended", () => {
  const { widths, hidden } = readOptions({
    widths: { a: "wide", b: 1, c: Number.NaN, d: 90.4 },
    hidden: [3, "x"],
  });
  expect(widths).toEqual({ b: 1, d: 90.4 });
  expect(hidden).toEqual(["x"]);
  const columns = ["a", "b", "d"].map(
    (name) => ({ name, width: 100 }) as Parameters<typeof tableWidth>[0][number],
  );
  expect(columnTemplate(columns, widths)).toBe("100px 40px minmax(90px, 1fr)");
  expect(tableWidth(columns, widths)).toBe(230);
});

it("a narrow gallery has its controls in a menu, and takes them back when there is room", () => {
  const head = pane.querySelector<HTMLElement>(".imgclust-gallery-header")!;
  const sort = head.querySelector("select")!;
  const opener = head.querySelector<HTMLElement>("[aria-label='Sorting and size']")!;
  const setWidth = (width: number): void => {
    Object.defineProperty(head, "clientWidth", { value: width, configurable: true });
    for (const run of resized) run();
  };
  expect([opener.hidden, sort.isConnected]).toEqual([true, true]);
  setWidth(320);
  expect([opener.hidden, sort.isConnected]).toEqual([false, false]);
  opener.click();
  expect(sort.closest(".imgclust-popover")).not.toBeNull();
  setWidth(600);
  expect([opener.hidden, sort.isConnected, sort.closest(".imgclust-popover")]).toEqual([true, true, null]);
});
