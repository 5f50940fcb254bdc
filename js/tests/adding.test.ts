// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createSession } from "../src/session";
import { changesLine } from "../src/views/changes";
import type { ViewContext } from "../src/views/context";
import { leftOut, mountDrop } from "../src/views/drop";
import { asProxy, datasetModel, type LocalDataset, type RecordingModel, viewModel } from "./dataset";

const HOSTILE = "<img src=x onerror=alert(1)>";

interface Request {
  id: number;
  kind: string;
  body: Record<string, unknown>;
}

let model: RecordingModel;
let dataset: LocalDataset;
let requests: Request[];
let life: AbortController;
let root: HTMLElement;
let ctx: ViewContext;

const tick = (): Promise<void> => new Promise((go) => setTimeout(go));

async function answer(kind: string, body: object): Promise<void> {
  const { id } = requests.findLast((each) => each.kind === kind)!;
  model.receiveMessage({ v: 1, id, ok: true, body }, []);
  await tick();
}

/** The kernel tells of changes. */
function tell(number: number, added: number[], there: number[] = [], text = "1 new"): void {
  const { version = 1, ...header } = dataset.get("header");
  const changes = { number, text, new: added, there, changed: [] };
  dataset.receive({ header: { ...header, version: version + 1, changes } });
}

const rowOf = (id: number): number => ctx.store.published.value.rowOfId[id]!;
const ids = (): number[] => [...ctx.store.published.value.ids];

beforeEach(() => {
  vi.stubGlobal("matchMedia", () => ({ matches: true, addEventListener() {} }));
  model = viewModel();
  dataset = datasetModel(40);
  requests = [];
  model.onMessage = ({ content }) => requests.push(content as Request);
  life = new AbortController();
  root = document.createElement("div");
  document.body.replaceChildren(root);
  const session = createSession(model, life.signal);
  session.store.connect(asProxy(dataset));
  ctx = { ...session, signal: life.signal } as unknown as ViewContext;
});
afterEach(() => {
  life.abort();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** jsdom has no DataTransfer. */
function drag(type: string, files: File[]): Event {
  const event = new Event(type, { bubbles: true, cancelable: true });
  const items = files.map(() => ({ kind: "file" }));
  const types = files.length > 0 ? ["Files"] : ["text/plain"];
  Object.assign(event, { dataTransfer: { types, items, files, dropEffect: "none" }, relatedTarget: null });
  root.dispatchEvent(event);
  return event;
}
const picture = (name: string): File => new File(["x"], name);

describe("a drop", () => {
  let progress: HTMLElement;
  let overlay: HTMLElement;
  beforeEach(() => {
    ({ progress } = mountDrop(root, root, ctx));
    overlay = root.querySelector(".imgclust-drop")!;
  });
  const isOver = (): boolean => overlay.classList.contains("imgclust-over");

  it("is announced over the widget, and taken from the notebook", async () => {
    expect(drag("dragover", [picture("a.jpg")]).defaultPrevented).toBe(true);
    expect(isOver()).toBe(true);
    drag("dragleave", [picture("a.jpg")]);
    expect(isOver()).toBe(false);
    drag("dragover", [picture("a.jpg")]);
    expect(drag("drop", [picture(HOSTILE)]).defaultPrevented).toBe(true);
    expect(isOver()).toBe(false);
    await tick();
    expect(requests.at(-1)).toMatchObject({ kind: "drop", body: { files: [{ name: HOSTILE, size: 1 }] } });
    expect(progress.hidden).toBe(false);
    await answer("drop", { drop: "d", wanted: [], refused: [{ name: HOSTILE, reason: "too large" }] });
    expect(progress.textContent).toContain(`${HOSTILE} was left out: too large.`);
    expect(progress.querySelector("img")).toBeNull();
    progress.querySelector<HTMLElement>("[aria-label=Dismiss]")!.click();
    expect(progress.hidden).toBe(true);
  });

  it("of something else than files is none", () => {
    for (const type of ["dragover", "drop"]) expect(drag(type, []).defaultPrevented).toBe(false);
    expect(isOver()).toBe(false);
  });

  it("that is too much is refused without a word to the kernel", async () => {
    const before = requests.length;
    drag(
      "drop",
      Array.from({ length: 501 }, (_, i) => picture(`${i}.jpg`)),
    );
    await tick();
    expect(requests).toHaveLength(before);
    expect(progress.textContent).toContain("500 can be added at once");
  });

  it("waits for the one before, and can be cancelled", async () => {
    drag("drop", [picture("a.jpg")]);
    drag("drop", [picture("b.jpg")]);
    await tick();
    const drops = () => requests.filter(({ kind }) => kind === "drop");
    expect(drops()).toHaveLength(1);
    progress.querySelector<HTMLElement>("[aria-label='Add none of these']")!.click();
    await tick();
    expect(drops()).toHaveLength(2);
    expect(drops()[1]!.body).toMatchObject({ files: [{ name: "b.jpg" }] });
  });

  it("is nothing where no kernel could take it", () => {
    dataset.receive({ header: { ...dataset.get("header"), version: 2, offline: true } });
    expect(drag("dragover", [picture("a.jpg")]).defaultPrevented).toBe(false);
  });
});

it("says of a drop what was left out", () => {
  const refused = (names: string[]) => names.map((name) => ({ name, reason: "too large" }));
  expect(leftOut(2, 2, [])).toBe("");
  expect(leftOut(3, 0, [])).toBe("None of the 3 files is an image.");
  expect(leftOut(2, 1, refused(["a"]))).toBe("a was left out: too large.");
  expect(leftOut(3, 1, refused(["a", "b"]))).toBe("2 files were left out, such as a: too large.");
});

describe("what has been added", () => {
  it("is shown for a moment; what was there at first is not", async () => {
    const [a, b] = ids() as [number, number];
    expect(ctx.news.rows.value).toEqual([]);
    vi.useFakeTimers();
    tell(1, [a, b]);
    await vi.advanceTimersByTimeAsync(10);
    expect(ctx.news.rows.value).toEqual([rowOf(a), rowOf(b)]);
    expect(ctx.store.hover.value).toMatchObject({ rows: [rowOf(a), rowOf(b)], source: "news" });
    expect(ctx.store.selection.value.count).toBe(0);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(ctx.store.hover.value).toBeNull();
    const before = ctx.news.rows.value;
    tell(1, [a, b]);
    await vi.advanceTimersByTimeAsync(10);
    expect(ctx.news.rows.value).toBe(before);
  });

  it("gives way to what the pointer is on", async () => {
    vi.useFakeTimers();
    tell(1, [ids()[0]!]);
    await vi.advanceTimersByTimeAsync(10);
    const pointed = { rows: [3], node: null, source: "map" } as const;
    ctx.store.hover.value = pointed;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(ctx.store.hover.value).toBe(pointed);
  });

  it("is selected when it had been there before, on the page that has sent it", async () => {
    const [a, b] = ids() as [number, number];
    tell(1, [], [a]);
    await tick();
    expect(ctx.store.selection.value.count).toBe(0);
    ctx.news.expect();
    tell(2, [], []);
    tell(3, [b], [a]);
    await tick();
    expect([...ctx.store.selection.value.rows].sort()).toEqual([rowOf(a), rowOf(b)].sort());
    ctx.store.clearSelection();
    tell(4, [], [a]);
    await tick();
    expect(ctx.store.selection.value.count).toBe(0);
  });
});

describe("the line of changes", () => {
  let line: HTMLElement;
  beforeEach(() => {
    line = changesLine(ctx, root);
    root.append(line);
  });

  it("is there while there is something to say, and can be put away until there is more", () => {
    expect(line.hidden).toBe(true);
    tell(1, [], [], "");
    expect(line.hidden).toBe(true);
    tell(2, [], [], "3 new, 2 removed");
    expect(line.hidden).toBe(false);
    expect(line.textContent).toBe("3 new, 2 removed");
    line.querySelector<HTMLElement>("[aria-label='Dismiss what has changed']")!.click();
    expect(line.hidden).toBe(true);
    tell(3, [], [], "1 new");
    expect(line.hidden).toBe(false);
  });

  it("opens the rows, which select what there is, and are text", async () => {
    const [a, b] = ids() as [number, number];
    tell(1, [a], [], "1 new");
    const open = line.querySelector("button")!;
    open.focus();
    open.click();
    const rows = [
      { id: a, name: HOSTILE, what: "added", from: "", to: "" },
      { id: b, name: "b.jpg", what: "renamed", from: "old/b.jpg", to: "b.jpg" },
      { id: null, name: "gone.jpg", what: "removed", from: "", to: "" },
    ];
    await answer("changes", { rows, more: 5 });
    const dialog = root.querySelector<HTMLElement>("[role=dialog]")!;
    expect(dialog.querySelector("img")).toBeNull();
    const lines = [...dialog.querySelectorAll("li")].map((each) => each.textContent);
    expect(lines).toEqual([
      `new${HOSTILE}`,
      "renamedb.jpgold/b.jpg → b.jpg",
      "removedgone.jpg",
      "and 5 more changes: see explorer.changes",
    ]);
    const buttons = [...dialog.querySelectorAll<HTMLElement>("li button")];
    expect(buttons).toHaveLength(2);
    buttons[1]!.click();
    expect([...ctx.store.selection.value.rows]).toEqual([rowOf(b)]);
    dialog.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
    expect(document.activeElement).toBe(open);
  });
});
