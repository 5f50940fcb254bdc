// @vitest-environment jsdom
import { signal } from "@preact/signals-core";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createSession } from "../src/session";
import type { ViewContext } from "../src/views/context";
import { mountGallery } from "../src/views/gallery";
import { ROW_HEIGHT } from "../src/views/table-row";
import type { ChangesHeader, DatasetTraits } from "../src/wire";
import { asProxy, datasetModel, type LocalDataset, viewModel } from "./dataset";

const ROOM = 10 * ROW_HEIGHT;
const IDS = Array.from({ length: 200 }, (_, id) => id);

let life: AbortController;
let ctx: ViewContext;
let dataset: LocalDataset;
let scroller: HTMLElement;
let version: number;

/** A collection of these images, in this order, of which nothing else is known. */
function traitsOf(ids: readonly number[], changes: ChangesHeader | null = null): DatasetTraits {
  const bits = new Uint8Array(64);
  for (const id of ids) bits[id >>> 3]! |= 1 << (id & 7);
  const nothing = new DataView(new ArrayBuffer(0));
  const header = { version: ++version, n: ids.length, id_count: 512, columns: [], changes };
  const rest = {
    coordinates: nothing,
    leaf_order: nothing,
    merges: nothing,
    medoids: nothing,
    columns: nothing,
  };
  return { header, ids: new DataView(bits.buffer), ...rest };
}

/** The image whose line is at the upper edge, and how far above it that begins. */
function top(): [id: number, above: number] {
  const row = Math.floor(scroller.scrollTop / ROW_HEIGHT);
  return [ctx.store.published.value.ids[row]!, scroller.scrollTop % ROW_HEIGHT];
}

beforeEach(() => {
  version = 1;
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe() {}
      unobserve() {}
      disconnect() {}
    },
  );
  vi.stubGlobal("matchMedia", () => ({ matches: true, addEventListener() {} }));
  HTMLCanvasElement.prototype.getContext = () => null;
  life = new AbortController();
  const pane = document.createElement("div");
  document.body.replaceChildren(pane);
  const session = createSession(viewModel({ group_by: "", ui: { gallery: { mode: "table" } } }), life.signal);
  dataset = datasetModel(40);
  dataset.receive(traitsOf(IDS));
  session.store.connect(asProxy(dataset));
  const theme = signal({} as ViewContext["theme"]["value"]);
  const tooltip = { show() {}, hide() {} };
  ctx = { ...session, theme, tooltip, signal: life.signal, openPreview: () => {} };
  mountGallery(pane, ctx);
  scroller = pane.querySelector<HTMLElement>("[role=grid]")!;
  const content = scroller.querySelector<HTMLElement>(".imgclust-lines")!;
  Object.defineProperties(scroller, {
    clientHeight: { get: () => ROOM },
    scrollHeight: { get: () => Number.parseFloat(content.style.height) },
  });
  scroller.scrollTo = (to?: ScrollToOptions | number) => {
    scroller.scrollTop = (to as ScrollToOptions).top!;
  };
  ctx.store.setUi({ tileSize: 90 });
});
afterEach(() => life.abort());

function scrollTo(row: number): void {
  scroller.scrollTop = row * ROW_HEIGHT + 7;
  scroller.dispatchEvent(new Event("scroll"));
}

it("keeps what is at the upper edge there when images come and go by themselves", () => {
  dataset.receive(traitsOf(IDS));
  scrollTo(100);
  expect(top()).toEqual([100, 7]);
  // The first ten are gone, and some have come behind them.
  dataset.receive(
    traitsOf([...IDS.slice(10), 300, 301], { number: 1, text: "", new: [], there: [], changed: [] }),
  );
  expect(top()).toEqual([100, 7]);
});

it("keeps the selection in its place, too, and goes to what somebody has added when it is out of sight", async () => {
  ctx.store.select(IDS.slice(0, 150), "replace", { kind: "lasso", text: "" });
  scrollTo(60);
  const before = top();
  dataset.receive(traitsOf([...IDS, 300], { number: 1, text: "1 new", new: [300], there: [], changed: [] }));
  await Promise.resolve();
  expect(top()).toEqual(before);
  expect(ctx.store.selection.value.count).toBe(150);

  ctx.store.clearSelection();
  scrollTo(20);
  dataset.receive(
    traitsOf([...IDS, 300, 301], { number: 2, text: "1 new", new: [301], there: [], changed: [] }),
  );
  await Promise.resolve();
  const inSight = scroller.scrollTop / ROW_HEIGHT;
  expect(inSight).toBeLessThanOrEqual(201);
  expect(inSight).toBeGreaterThan(201 - 11);
});

it("does not paint a picture anew that stays while lines change, but every one of other images", () => {
  dataset.receive(traitsOf(IDS));
  ctx.store.setUi({ gallery: { mode: "pictures" } });
  const tiles = () => new Map([...scroller.querySelectorAll("[data-row]")].map((el) => [el.id, el]));
  const before = tiles();
  expect(before.size).toBeGreaterThan(5);
  ctx.store.select(IDS.slice(1), "replace", { kind: "lasso", text: "" });
  const after = [...tiles()].filter(([id]) => before.has(id));
  expect(after.length).toBeGreaterThan(4);
  for (const [id, tile] of after) expect(before.get(id)).toBe(tile);
  dataset.receive(traitsOf(IDS.slice(10)));
  for (const tile of tiles().values()) expect(after.map(([, each]) => each)).not.toContain(tile);
});
