// @vitest-environment jsdom
import { signal } from "@preact/signals-core";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { createStore, type ViewTraits } from "../src/store";
import { mountChips } from "../src/views/chips";
import type { ViewContext } from "../src/views/context";
import { listenToWidget } from "../src/views/keys";
import { searchField } from "../src/views/search";
import { undoButtons } from "../src/views/undo";
import { asProxy, datasetModel, viewModel } from "./dataset";

const found = { kind: "items", source: "search", text: "rex", items: btoa("\x05") };
let life: AbortController;
let model: ReturnType<typeof viewModel>;
let ctx: ViewContext;
let root: HTMLElement;
let answer: (text: string) => Promise<{ body: Record<string, unknown>; buffers: [] }>;

beforeEach(() => {
  life = new AbortController();
  model = viewModel();
  const store = createStore(model, life.signal);
  store.connect(asProxy(datasetModel(40)));
  answer = async () => ({ body: { filter: found, count: 2 }, buffers: [] });
  const rpc = {
    kernel: signal("ready"),
    request: (_: string, body?: object) => answer((body as { text: string }).text),
  };
  ctx = { store, rpc, signal: life.signal } as unknown as ViewContext;
  root = document.createElement("div");
  document.body.replaceChildren(root);
  return () => life.abort();
});

const saved = (): Partial<ViewTraits> => Object.assign({}, ...model.saved);
const key = (target: Element, name: string, options: KeyboardEventInit = {}): KeyboardEvent => {
  const event = new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true, ...options });
  target.dispatchEvent(event);
  return event;
};
const button = (name: string): HTMLButtonElement => root.querySelector(`[aria-label="${name}"]`)!;

describe("steps", () => {
  it("are the same while something is dragged or a key is held, and others for each press", () => {
    const steps = (): unknown[] => model.saved.map(({ step }) => step).filter((step) => step !== undefined);
    vi.useFakeTimers();
    listenToWidget(root, ctx, {});
    const cut = (k: number): void => {
      ctx.store.setCut(k);
      vi.advanceTimersByTime(100);
    };
    root.dispatchEvent(new Event("pointerdown"));
    cut(3);
    cut(4);
    key(root, "ArrowUp");
    cut(5);
    key(root, "ArrowUp", { repeat: true });
    cut(6);
    vi.useRealTimers();
    expect(new Set(steps()).size).toBe(2);
    expect(model.saved).toHaveLength(4);
  });

  it("are undone by a message that cannot overtake the change itself", () => {
    ctx.store.setCut(7);
    ctx.store.undo();
    expect(model.saved).toHaveLength(1);
    expect(saved()).toMatchObject({ cut: { n_clusters: 7 }, travel: { at: -1 } });
    ctx.store.redo();
    expect(saved().travel!.at).toBe(0);
  });
});

describe("undo and redo", () => {
  it("say what they would do, and are dead when there is nothing", () => {
    root.append(undoButtons(ctx));
    expect(button("Undo").disabled).toBe(true);
    model.receive({ past: { undo: "lasso of 3 images", redo: "" } });
    expect(button("Undo: lasso of 3 images").disabled).toBe(false);
    expect(button("Redo").disabled).toBe(true);
  });

  it("listen to their keys, except where text is typed", () => {
    listenToWidget(root, ctx, {});
    const input = document.createElement("input");
    root.append(input);
    expect(key(input, "z", { ctrlKey: true }).defaultPrevented).toBe(false);
    expect(model.saved).toEqual([]);
    expect(key(root, "z", { metaKey: true }).defaultPrevented).toBe(true);
    expect(saved().travel!.at).toBe(-1);
    key(root, "Z", { ctrlKey: true, shiftKey: true });
    expect(saved().travel!.at).toBe(0);
  });
});

it("shortcuts work where nothing is typed", () => {
  const focus = vi.fn();
  listenToWidget(root, ctx, { "/": focus });
  const input = document.createElement("input");
  root.append(input);
  key(input, "/");
  key(root, "/", { ctrlKey: true });
  expect(focus).not.toHaveBeenCalled();
  key(root, "/");
  expect(focus).toHaveBeenCalledOnce();
});

describe("search", () => {
  let input: HTMLInputElement;
  beforeEach(() => {
    const field = searchField(ctx);
    input = field.input;
    root.append(field.element);
  });

  it("selects what is found, without waiting for the answer to the typing", async () => {
    input.value = "rex";
    key(input, "Enter");
    await vi.waitFor(() => expect(ctx.store.selection.value.count).toBeGreaterThan(0));
    const ids = [...ctx.store.selection.value.rows].map((row) => ctx.store.dataset.value.ids[row]);
    expect(ids.every((id) => [0, 2].includes(id!))).toBe(true);
    expect(ctx.store.selection.value.origin).toEqual({ kind: "query", text: "found “rex”" });
  });

  it("narrows the views to what is found", async () => {
    input.value = "rex";
    key(input, "Enter", { shiftKey: true });
    await vi.waitFor(() => expect(ctx.store.filters.value).toEqual([found]));
    expect(input.value).toBe("");
  });

  it("says why there is no answer", async () => {
    answer = () => Promise.reject(new Error("the images are still being looked for"));
    input.value = "rex";
    key(input, "Enter");
    await vi.waitFor(() => expect(root.textContent).toContain("still being looked for"));
  });
});

it("each filter is a chip that can be taken away or changed", () => {
  const edit = vi.fn();
  mountChips(root, ctx, edit);
  expect(root.hidden).toBe(true);
  ctx.store.toggleFilter("breed", 0);
  ctx.store.setFilters([...ctx.store.filters.value, found as never]);
  const breed = ctx.store.dataset.value.columns.get("breed")!.categories[0]!;
  expect([...root.querySelectorAll(".imgclust-chip")].map((chip) => chip.textContent)).toEqual([
    `breed${breed}`,
    "foundrex",
  ]);
  root.querySelector<HTMLElement>(".imgclust-chip-body")!.click();
  expect(edit).toHaveBeenCalledWith("breed");
  button("Remove the filter found: rex").click();
  expect(ctx.store.filters.value).toHaveLength(1);
  button("Clear all filters").click();
  expect(ctx.store.filters.value).toEqual([]);
  expect(root.hidden).toBe(true);
});

it("what is selected can be all that is shown, and stays so", () => {
  ctx.store.select([3, 5], "replace", { kind: "lasso", text: "lasso of 2 images" });
  ctx.store.filterSelected();
  ctx.store.select([3, 7], "replace", { kind: "click", text: "" });
  expect([...ctx.store.visible.value!]).toEqual([3, 5]);
  expect([...ctx.store.selection.value.rows]).toEqual([3]);
});
