// @vitest-environment jsdom
import { signal } from "@preact/signals-core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createSession } from "../src/session";
import type { ViewContext } from "../src/views/context";
import { mountGallery } from "../src/views/gallery";
import { mountLayout } from "../src/views/layout";
import { mountNotices } from "../src/views/notices";
import { createPreview } from "../src/views/preview";
import { mountStatus } from "../src/views/status";
import { mountToolbar } from "../src/views/toolbar";
import { createTooltip } from "../src/views/tooltip";
import { asProxy, datasetModel, type LocalDataset, viewModel } from "./dataset";

const HOSTILE = "<img src=x onerror=alert(1)>";

interface Request {
  id: number;
  kind: string;
  body: Record<string, unknown>;
}

let model: ReturnType<typeof viewModel>;
let dataset: LocalDataset;
let requests: Request[];
let life: AbortController;
let frame: HTMLElement;
let ctx: ViewContext;

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

function answer(kind: string, body: object, buffers: DataView[] = []): Promise<void> {
  const { id } = requests.findLast((request) => request.kind === kind)!;
  model.receiveMessage({ v: 1, id, ok: true, body }, buffers);
  return settled();
}

function refuse(kind: string, error: string): Promise<void> {
  const { id } = requests.findLast((request) => request.kind === kind)!;
  model.receiveMessage({ v: 1, id, ok: false, error });
  return settled();
}

const buttonNamed = (name: string): HTMLButtonElement =>
  [...frame.querySelectorAll("button")].find(
    (button) => (button.getAttribute("aria-label") ?? button.textContent) === name,
  )!;

const press = (target: Element, key: string): void => {
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
};

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
  model = viewModel();
  dataset = datasetModel(40);
  requests = [];
  model.onMessage = ({ content }) => requests.push(content as Request);
  life = new AbortController();
  frame = document.createElement("div");
  document.body.replaceChildren(frame);
  const session = createSession(model, life.signal);
  session.store.connect(asProxy(dataset));
  const theme = signal({
    dark: false,
    background: "",
    surface: "",
    text: "",
    muted: "",
    line: "",
    accent: "",
    fontFamily: "",
  });
  const shared = { ...session, theme, tooltip: { show() {}, hide() {} }, signal: life.signal };
  ctx = { ...shared, openPreview: createPreview(frame, shared) };
});

afterEach(() => life.abort());

describe("notices", () => {
  it("are text whatever they hold, and can be put away", () => {
    dataset.receive({ header: { ...dataset.get("header"), version: 2, notices: [HOSTILE, "other"] } });
    mountNotices(frame, ctx);
    expect(frame.querySelector("img")).toBeNull();
    expect(frame.textContent).toBe(`${HOSTILE}other`);
    buttonNamed("Dismiss").click();
    expect(frame.textContent).toBe("other");
  });

  it("say when a dataset cannot be shown", () => {
    mountNotices(frame, ctx);
    dataset.receive({ header: { ...dataset.get("header"), version: 2, n: 7 } });
    expect(frame.textContent).toContain("The dataset cannot be shown");
  });
});

describe("the status line", () => {
  beforeEach(() => {
    const line = document.createElement("div");
    frame.append(line);
    mountStatus(line, ctx, frame, document.createElement("div"));
  });

  it("tells what is selected and where from", () => {
    ctx.store.select([1, 2], "replace", { kind: "query", text: HOSTILE });
    expect(frame.textContent).toContain(`2 selected${HOSTILE}`);
    expect(frame.querySelector("img")).toBeNull();
  });

  it("clears the selection, and offers to only where there is one", () => {
    expect(buttonNamed("Clear the selection").hidden).toBe(true);
    ctx.store.select([1, 2], "replace", { kind: "query", text: "" });
    expect(buttonNamed("Clear the selection").hidden).toBe(false);
    buttonNamed("Clear the selection").click();
    expect(ctx.store.selection.value.count).toBe(0);
  });

  it("lists the unreadable files, and gives the focus back", async () => {
    const open = buttonNamed("3 files could not be read");
    open.focus();
    open.click();
    await answer("errors", { rows: [{ path: HOSTILE, reason: "the file is empty" }] });
    const dialog = frame.querySelector<HTMLElement>("[role=dialog]")!;
    expect(dialog.textContent).toContain(`${HOSTILE}the file is empty`);
    expect(dialog.querySelector("img")).toBeNull();
    press(dialog, "Escape");
    expect(frame.querySelector("[role=dialog]")).toBeNull();
    expect(document.activeElement).toBe(open);
  });

  it("stops the work, and takes it up again", async () => {
    const progress = { state: "running", label: "embedding", done: 3, total: 12, seconds_left: 4 } as const;
    dataset.receive({ progress });
    expect(frame.querySelector("[role=progressbar]")!.getAttribute("aria-valuenow")).toBe("25");
    buttonNamed("Stop the work; what is finished is kept").click();
    expect(requests.at(-1)!.kind).toBe("interrupt");
    await refuse("interrupt", "there is nothing to stop");
    expect(frame.textContent).toContain("there is nothing to stop");
    dataset.receive({ progress: { ...progress, state: "cancelled" } });
    buttonNamed("go on").click();
    expect(requests.at(-1)!.kind).toBe("resume");
    expect(frame.textContent).not.toContain("nothing to stop");
  });
});

describe("the toolbar", () => {
  beforeEach(() => {
    mountToolbar(frame, ctx, document.createElement("button"), document.createElement("button"));
  });

  it("steps and sets the number of clusters", () => {
    buttonNamed("One cluster more").click();
    expect(ctx.store.clusters.value!.k).toBe(4);
    const count = frame.querySelector<HTMLInputElement>("input[type=number]")!;
    expect(count.value).toBe("4");
    count.value = "1";
    count.dispatchEvent(new Event("change"));
    expect(ctx.store.clusters.value!.k).toBe(1);
    expect(buttonNamed("One cluster fewer").disabled).toBe(true);
    count.value = "";
    count.dispatchEvent(new Event("change"));
    expect(count.value).toBe("1");
  });

  it("offers what can be coloured and grouped by", () => {
    const [color, group] = [...frame.querySelectorAll("select")];
    const choices = (select: HTMLSelectElement): string[] => [...select.options].map(({ value }) => value);
    expect(choices(color!)).toEqual(["cluster", "width", "brightness", "breed"]);
    expect(choices(group!)).toEqual(["cluster", "breed", ""]);
    group!.value = "breed";
    group!.dispatchEvent(new Event("change"));
    expect(ctx.store.groupBy.value).toBe("breed");
    model.receive({ color_by: "width" });
    expect(color!.value).toBe("width");
  });

  it("hides panes, but not the last one", () => {
    buttonNamed("Map").click();
    buttonNamed("Gallery").click();
    expect(ctx.store.ui.value.collapsed).toEqual(["map", "gallery"]);
    expect(buttonNamed("Dendrogram").disabled).toBe(true);
    buttonNamed("Map").click();
    expect(ctx.store.ui.value.collapsed).toEqual(["gallery"]);
  });

  it("does nothing more when the view is gone", () => {
    life.abort();
    const before = frame.innerHTML;
    ctx.store.setCut(9);
    dataset.receive({ header: { ...dataset.get("header"), version: 5, title: "others" } });
    expect(frame.innerHTML).toBe(before);
  });
});

describe("the gallery", () => {
  const head = (): string => frame.querySelector(".imgclust-pane-title")!.textContent;
  const branch = (rows: number[]): void => ctx.store.select(rows, "replace", { kind: "branch", text: "" });

  beforeEach(() => {
    Element.prototype.scrollTo = () => {};
    mountGallery(frame, ctx);
  });

  it("shows what another view selects, and still does when some of it is picked", () => {
    expect(head()).toBe("40 images");
    branch([1, 2, 3, 4, 5]);
    expect(head()).toBe("5 of 40 images");
    press(frame.querySelector("[role=grid]")!, "ArrowRight");
    expect(ctx.store.selection.value.count).toBe(1);
    expect(head()).toBe("5 of 40 images · 1 selected");
    ctx.store.setUi({ tileSize: 60 });
    expect(head()).toBe("5 of 40 images · 1 selected");
    buttonNamed("show all").click();
    expect(head()).toBe("40 images · 1 selected");
    branch([7, 8]);
    expect(head()).toBe("40 images · 2 selected");
    buttonNamed("show selected").click();
    expect(head()).toBe("2 of 40 images");
    ctx.store.clearSelection();
    expect(head()).toBe("40 images");
  });

  it("says why there are no pictures", () => {
    const other = datasetModel(1);
    other.receive({ header: { ...other.get("header"), version: 0 } });
    const session = createSession(viewModel(), life.signal);
    session.store.connect(asProxy(other));
    frame.replaceChildren();
    mountGallery(frame, { ...ctx, ...session });
    expect(head()).toBe("Gallery");
    expect(frame.textContent).toContain("Looking for images");
    const progress = { ...other.get("progress"), state: "failed", message: "no images in a/b" } as const;
    other.receive({ progress });
    expect(frame.textContent).toContain("no images in a/b");
    expect(frame.textContent).not.toContain("Looking");
    expect(frame.querySelector<HTMLElement>("[role=grid]")!.hidden).toBe(true);
  });

  it("opens the picture that the keys have come to", () => {
    const grid = frame.querySelector("[role=grid]")!;
    press(grid, "End");
    press(grid, "Enter");
    expect(frame.textContent).toContain("40 of 40");
    expect(requests.findLast(({ kind }) => kind === "preview")!.body.id).toBe(
      ctx.store.dataset.value.ids[ctx.store.dataset.value.tree!.leafOrder[39]!],
    );
  });
});

describe("the tooltip", () => {
  beforeEach(() => {
    HTMLElement.prototype.showPopover = () => {};
    HTMLElement.prototype.hidePopover = () => {};
  });

  it("shows as many pictures as it is given, up to nine", () => {
    const tooltip = createTooltip(frame, ctx, life.signal);
    const pictures = (): number => frame.querySelectorAll("canvas").length;
    tooltip.show(5, 5, { title: "9 images", rows: [0, 1, 2, 3, 4, 5, 6, 7, 8] });
    expect(pictures()).toBe(9);
    tooltip.show(5, 5, { title: "1 image", rows: [3] });
    expect(pictures()).toBe(1);
  });

  it("names an image as soon as its name is known, though the pointer rests", async () => {
    const tooltip = createTooltip(frame, ctx, life.signal);
    const title = (): string => frame.querySelector(".imgclust-tooltip-title")!.textContent;
    tooltip.show(5, 5, { title: "1 image", named: 3, rows: [3] });
    expect(title()).toBe("1 image");
    await settled();
    await answer("rows", { rows: [{ name: HOSTILE, path: "", size: 1, width: 1, height: 1 }] });
    expect(title()).toBe(HOSTILE);
  });
});

describe("the layout", () => {
  it("moves borders with the keys, never over a pane", () => {
    mountLayout(frame, ctx);
    const [first, second] = [...frame.querySelectorAll(".imgclust-splitter")];
    // jsdom lays nothing out: the direction is the initial one, a row.
    for (let i = 0; i < 30; i++) press(first!, "ArrowLeft");
    const [tree, gallery, map] = ctx.store.ui.value.shares;
    expect(tree).toBeCloseTo(0.08);
    expect(tree + gallery + map).toBeCloseTo(1);
    for (let i = 0; i < 30; i++) press(second!, "ArrowRight");
    expect(ctx.store.ui.value.shares[2]).toBeCloseTo(0.08);
    for (let i = 0; i < 50; i++) press(second!, "ArrowLeft");
    expect(Math.min(...ctx.store.ui.value.shares)).toBeCloseTo(0.08);
  });

  it("shows a pane over the whole room when the others are hidden", () => {
    const { tree, gallery, map } = mountLayout(frame, ctx);
    ctx.store.setUi({ collapsed: ["tree", "gallery"] });
    expect([tree.hidden, gallery.hidden, map.hidden]).toEqual([true, true, false]);
    expect([...frame.querySelectorAll<HTMLElement>(".imgclust-splitter")].every(({ hidden }) => hidden)).toBe(
      true,
    );
    expect(gallery.parentElement!.hidden).toBe(true);
  });

  it("changes its height with the keys, within bounds", () => {
    mountLayout(frame, ctx);
    const handle = frame.querySelector(".imgclust-height")!;
    press(handle, "ArrowDown");
    expect(ctx.store.ui.value.height).toBe(644);
    for (let i = 0; i < 50; i++) press(handle, "ArrowUp");
    expect(ctx.store.ui.value.height).toBe(320);
  });
});

describe("the preview", () => {
  const picture = new DataView(new ArrayBuffer(8));
  let revoked: string[];

  beforeEach(() => {
    revoked = [];
    let urls = 0;
    URL.createObjectURL = () => `blob:${++urls}`;
    URL.revokeObjectURL = (url) => void revoked.push(url);
    HTMLImageElement.prototype.decode = () => Promise.resolve();
  });

  const record = {
    name: HOSTILE,
    path: "a/b.jpg",
    size: 2_000_000,
    width: 4000,
    height: 3000,
    breed: "pug",
    age: null,
  };

  it("says which labels a picture has", () => {
    const { columns } = ctx.store.dataset.value;
    const rows = ctx.store.dataset.value.n;
    const values = Int32Array.from({ length: rows }, (_, row) => (row === 5 ? 0 : -1));
    const label = { name: "kind", kind: "category", values, categories: [HOSTILE], label: true } as const;
    (columns as Map<string, typeof label>).set("kind", label);
    const terms = (): string[] => [...frame.querySelectorAll("dt")].map(({ textContent }) => textContent);
    ctx.openPreview([5, 9], 0);
    expect(terms()).toContain("kind");
    expect(frame.querySelector("dl")!.textContent).toContain(HOSTILE);
    press(frame.querySelector("[role=dialog]")!, "ArrowRight");
    expect(terms()).not.toContain("kind");
  });

  it("keeps the keys when what was clicked goes away or has come to its end", async () => {
    ctx.openPreview([5, 9], 0);
    await settled();
    const dialog = frame.querySelector<HTMLElement>("[role=dialog]")!;
    const next = buttonNamed("Next picture (→)");
    next.focus();
    next.click();
    expect(next.disabled).toBe(true);
    expect(document.activeElement).toBe(dialog);
    const { ids } = ctx.store.dataset.value;
    await answer("similar", {}, [
      new DataView(Uint32Array.of(ids[9]!, ids[3]!).buffer),
      new DataView(Float32Array.of(0, 0.1).buffer),
    ]);
    const like = dialog.querySelector<HTMLElement>(".imgclust-similar-picture")!;
    like.focus();
    like.click();
    expect(document.activeElement).toBe(dialog);
    press(document.activeElement!, "Backspace");
    expect(requests.findLast(({ kind }) => kind === "preview")!.body).toMatchObject({ id: ids[9] });
  });

  it("shows a picture and what is known of it, and leads to the next", async () => {
    let last = -1;
    ctx.openPreview([5, 9], 0, (index) => {
      last = index;
    });
    await settled();
    expect(requests.findLast(({ kind }) => kind === "preview")!.body).toMatchObject({
      id: ctx.store.dataset.value.ids[5],
    });
    await answer("preview", {}, [picture]);
    await answer("rows", { rows: [record] });
    const dialog = frame.querySelector<HTMLElement>("[role=dialog]")!;
    expect(dialog.getAttribute("aria-label")).toBe(HOSTILE);
    expect(dialog.querySelectorAll("img")).toHaveLength(1);
    expect(dialog.querySelector("img")!.alt).toBe(HOSTILE);
    const terms = [...dialog.querySelectorAll("dt")].map(({ textContent }) => textContent);
    expect(terms).toEqual(["path", "cluster", "pixels", "file size", "breed"]);
    expect(dialog.textContent).toContain("4,000 × 3,000");

    press(dialog, "ArrowRight");
    expect(revoked).toEqual(["blob:1"]);
    expect(dialog.textContent).toContain("2 of 2");
    press(dialog, "ArrowRight");
    expect(requests.filter(({ kind }) => kind === "preview")).toHaveLength(2);
    press(dialog, "Escape");
    expect(last).toBe(1);
    expect(requests.at(-1)).toMatchObject({ kind: "cancel" });
  });

  it("says in an exported file why it is soft, where the original has more pixels", async () => {
    Object.assign(ctx.store.dataset.value.header, { offline: true });
    vi.spyOn(HTMLImageElement.prototype, "naturalWidth", "get").mockReturnValue(128);
    ctx.openPreview([5, 9], 0);
    await answer("preview", {}, [picture]);
    const said = (): string => frame.querySelector(".imgclust-preview-small")!.textContent;
    expect(said()).toBe("");
    await answer("rows", { rows: [record, { ...record, width: 128 }] });
    expect(said()).toContain("the original is in the notebook");
    press(frame.querySelector("[role=dialog]")!, "ArrowRight");
    await answer("preview", {}, [picture]);
    expect(said()).toBe("");
  });

  it("says why there is no picture", async () => {
    ctx.openPreview([0], 0);
    await refuse("preview", "the file is gone");
    expect(frame.textContent).toContain("The picture cannot be shown: the file is gone");
  });

  it("goes with its view", () => {
    ctx.openPreview([0], 0);
    life.abort();
    expect(frame.querySelector("[role=dialog]")).toBeNull();
  });
});

it("tells the kernel how many views there are", () => {
  const session = createSession(model, life.signal);
  const [a, b] = [new AbortController(), new AbortController()];
  requests.length = 0;
  session.countView(a.signal);
  session.countView(b.signal);
  a.abort();
  expect(requests.map(({ kind, body }) => [kind, body.count])).toEqual([
    ["views", 1],
    ["views", 2],
    ["views", 1],
  ]);
});
