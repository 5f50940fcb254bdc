// @vitest-environment jsdom
import { beforeEach, expect, it, vi } from "vitest";
import type { Host } from "../src/model";
import widget from "../src/widget";
import { datasetModel, viewModel } from "./dataset";

beforeEach(() => {
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
});

async function render(host: Host, pane = "") {
  const life = new AbortController();
  const view = new AbortController();
  const el = document.createElement("div");
  if (pane !== "") el.dataset.imgclustPane = pane;
  const model = viewModel();
  const { initialize, render } = widget();
  initialize({ model, signal: life.signal });
  await render({ model, el, signal: view.signal, host });
  return { el, model, view, root: el.firstElementChild as HTMLElement };
}

it("shows a collection, and leaves nothing behind", async () => {
  const dataset = datasetModel(40);
  const { el, root, view } = await render({ getModel: async <M>() => dataset as M });
  expect({ ...root.dataset }).toMatchObject({
    testid: "imgclust",
    version: "1",
    n: "40",
    selected: "0",
    clusters: "3",
    state: "waiting",
  });
  expect(root.querySelector("[data-testid=imgclust-toolbar]")!.textContent).toContain(
    "40 images · SqueezeNet 1.1",
  );
  view.abort();
  expect(el.childElementCount).toBe(0);
});

it("remembers the height of a view in a cell of its own, apart from that of the whole", async () => {
  vi.useFakeTimers();
  const dataset = datasetModel(5);
  const { model, root } = await render({ getModel: async <M>() => dataset as M }, "map");
  const handle = root.querySelector("[aria-label='Height of the view']")!;
  const before = Number(handle.getAttribute("aria-valuenow"));
  handle.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
  const frame = root.querySelector<HTMLElement>(".imgclust-frame")!;
  expect(frame.style.getPropertyValue("--imgclust-height")).toBe(`${before + 24}px`);
  vi.advanceTimersByTime(1000);
  expect(model.get("ui")).toMatchObject({ alone: { map: before + 24 }, height: 620 });
  handle.dispatchEvent(new MouseEvent("dblclick", { bubbles: true }));
  vi.advanceTimersByTime(1000);
  expect(model.get("ui")).toMatchObject({ alone: {} });
  vi.useRealTimers();
});

it("labels in a view in a cell of its own, by the same keys", async () => {
  const dataset = datasetModel(40);
  const { el, root } = await render({ getModel: async <M>() => dataset as M }, "gallery");
  document.body.replaceChildren(el);
  const status = root.querySelector(".imgclust-status")!;
  const field = status.querySelector<HTMLInputElement>("[role=combobox]")!;
  expect(field.disabled).toBe(true);
  const grid = root.querySelector<HTMLElement>("[role=grid]")!;
  const press = (key: string, ctrlKey = false) =>
    grid.dispatchEvent(new KeyboardEvent("keydown", { key, ctrlKey, bubbles: true, cancelable: true }));
  press("a", true);
  expect(status.textContent).toContain("40 selected");
  press("l");
  expect(document.activeElement).toBe(field);
});

it("keeps its mouse and its letters from the notebook, not the chords that it has no use for", async () => {
  const dataset = datasetModel(5);
  const { el, root } = await render({ getModel: async <M>() => dataset as M });
  const reached: string[] = [];
  for (const type of ["mousedown", "keydown"]) {
    el.addEventListener(type, (event) => reached.push((event as KeyboardEvent).key ?? type));
  }
  const target = root.querySelector("select")!;
  target.dispatchEvent(new MouseEvent("mousedown", { bubbles: true }));
  for (const [key, ctrlKey] of [
    ["d", false],
    ["s", true],
  ] as const) {
    target.dispatchEvent(new KeyboardEvent("keydown", { key, ctrlKey, bubbles: true }));
  }
  expect(reached).toEqual(["s"]);
});

it("says so when the kernel has no data for it any more", async () => {
  const { root } = await render({ getModel: () => Promise.reject(new Error("model not found")) });
  expect(root.textContent).toContain("The data behind this view is gone. Run the cell again to see it.");
});
