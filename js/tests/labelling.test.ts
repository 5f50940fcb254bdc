// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from "vitest";
import { keepHistory } from "../src/host/history";
import { answerRequests } from "../src/host/kernel";
import { keepLabels } from "../src/host/labels";
import { makeDataset, traitsAt } from "../src/host/synthetic";
import { createSession } from "../src/session";
import type { ViewContext } from "../src/views/context";
import { listenToWidget } from "../src/views/keys";
import { mountLabels } from "../src/views/labels";
import { parseDataset } from "../src/wire";
import { asProxy, datasetModel, type LocalDataset, viewModel } from "./dataset";

const N = 40;
const LASSO = { kind: "lasso", text: "lasso" } as const;

let ctx: ViewContext;
let root: HTMLElement;
let model: ReturnType<typeof viewModel>;
let dataset: LocalDataset;

beforeEach(() => {
  const life = new AbortController();
  model = viewModel();
  dataset = datasetModel(N);
  const data = makeDataset(N);
  const whole = parseDataset(traitsAt(data, "umap", 1));
  answerRequests(model, data, {
    delay: 0,
    broken: 0,
    labels: keepLabels(dataset, keepHistory(model), whole, data.looks, () => model.get("cut").n_clusters),
  });
  const session = createSession(model, life.signal);
  session.store.connect(asProxy(dataset));
  ctx = { ...session, signal: life.signal } as unknown as ViewContext;
  root = document.createElement("div");
  root.innerHTML = '<div role="grid" tabindex="0"></div><div></div>';
  document.body.replaceChildren(root);
  listenToWidget(root, ctx, mountLabels(root.lastElementChild as HTMLElement, ctx, root));
  grid().focus();
  return () => life.abort();
});

const grid = (): HTMLElement => root.querySelector("[role=grid]")!;
const field = (): HTMLInputElement => root.querySelector("[role=combobox]")!;
const options = (): string[] =>
  [...root.querySelectorAll("[role=option]")].map((each) => each.firstElementChild!.textContent);
const question = (): HTMLElement | null => root.querySelector("[role=alertdialog]");
const focused = (): HTMLElement => document.activeElement as HTMLElement;
const press = (key: string): void => {
  focused().dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
};
function type(text: string): void {
  for (const letter of text) {
    const [from, to] = [field().selectionStart!, field().selectionEnd!];
    field().setRangeText(letter, from, to, "end");
    field().dispatchEvent(new InputEvent("input", { inputType: "insertText", data: letter, bubbles: true }));
  }
}
const labelOf = (row: number): string | undefined => {
  const label = ctx.store.dataset.value.columns.get("label");
  return label?.categories[label.values[row]!];
};
async function label(rows: number[], text: string): Promise<void> {
  ctx.store.select(rows, "replace", LASSO);
  press("l");
  type(text);
  press("Enter");
  await vi.waitFor(() => expect(rows.map(labelOf)).toEqual(rows.map(() => text)));
  await vi.waitFor(() => expect(focused()).not.toBe(field()));
}

describe("by keyboard", () => {
  it("L, a name and Enter label what is selected; the focus goes on to the next cluster", async () => {
    await label([1, 2, 3], "cow");
    expect(focused().textContent).toMatch(/^Next \d+ of cluster \d/);
    expect(root.textContent).toContain("3 of 40 labelled");
    press("n");
    await vi.waitFor(() => expect(field().value).not.toBe(""));
    expect(focused()).toBe(field());
    const { rows, count } = ctx.store.selection.value;
    expect(count).toBeGreaterThan(0);
    expect([1, 2, 3].some((row) => rows.has(row))).toBe(false);
    press("Enter");
    await vi.waitFor(() => expect(ctx.labelling.ofAll.value.labels).toHaveLength(2));
  });

  it("goes on until nothing is left", async () => {
    for (let steps = 0; ctx.labelling.ofAll.value.none > 0; steps++) {
      expect(steps).toBeLessThan(10);
      press("n");
      await vi.waitFor(() => expect(field().value).not.toBe(""));
      const { none } = ctx.labelling.ofAll.value;
      press("Enter");
      await vi.waitFor(() => expect(ctx.labelling.ofAll.value.none).toBeLessThan(none));
      await vi.waitFor(() => expect(focused()).not.toBe(field()));
    }
    expect(ctx.labelling.next.value).toBeNull();
    expect(focused()).toBe(grid());
    press("n");
    await vi.waitFor(() => expect(root.textContent).toContain("Every cluster is labelled"));
  });

  it("completes a label that is there, by its beginning and in its own spelling", async () => {
    await label([1], "cow");
    ctx.store.select([5], "replace", LASSO);
    grid().focus();
    press("l");
    type("C");
    expect(field().value).toBe("cow");
    expect([field().selectionStart, field().selectionEnd]).toEqual([1, 3]);
    press("Enter");
    await vi.waitFor(() => expect(labelOf(5)).toBe("cow"));
  });

  it("offers the labels, the last one first, and to take them away", async () => {
    await label([1], "cow");
    await label([2, 3], "horse");
    ctx.store.select([1, 7], "replace", LASSO);
    press("l");
    expect(options()).toEqual(["horse", "cow", "no label"]);
    expect(field().placeholder).toBe("cow 1");
    press("ArrowUp");
    expect(field().getAttribute("aria-activedescendant")).toBe(
      root.querySelector("[aria-selected=true]")!.id,
    );
    press("Enter");
    await vi.waitFor(() => expect(labelOf(1)).toBeUndefined());
    expect(labelOf(2)).toBe("horse");
  });

  it("Escape leaves without a label, and gives the focus back", () => {
    ctx.store.select([1], "replace", LASSO);
    press("l");
    type("cow");
    press("Escape");
    expect(focused()).toBe(grid());
    expect(field().value).toBe("");
    expect(ctx.store.selection.value.count).toBe(1);
    expect(ctx.labelling.current.value).toBeUndefined();
  });

  it("what comes next follows the cut when it has come to rest", async () => {
    await label([1], "cow");
    const before = ctx.labelling.next.value;
    const answer = model.onMessage;
    const asked: string[] = [];
    model.onMessage = (message) => {
      asked.push((message.content as { kind: string }).kind);
      answer(message);
    };
    for (let k = 4; k < 20; k++) ctx.store.setCut(k);
    await vi.waitFor(() => expect(ctx.labelling.next.value).not.toBe(before));
    expect(asked.filter((kind) => kind === "next_cluster")).toHaveLength(1);
    expect(ctx.labelling.next.value!.count).toBeLessThan(before!.count);
  });

  it("undo takes the label back, and the selection before it another time", async () => {
    await label([1, 2], "cow");
    ctx.store.undo();
    await vi.waitFor(() => expect(labelOf(1)).toBeUndefined());
    expect(ctx.store.past.value.redo).toBe("label “cow” on 2 images");
    expect(ctx.store.selection.value.count).toBe(2);
  });
});

describe("other labels", () => {
  beforeEach(async () => {
    await label([1, 2], "cow");
    ctx.store.select([1, 2, 3, 4], "replace", LASSO);
    press("l");
    type("horse");
    press("Enter");
  });

  it("are told of, and Enter keeps them", async () => {
    expect(question()!.textContent).toContain("2 of 4 have another label: cow 2.");
    expect(focused().textContent).toBe("only the 2 images without");
    focused().click();
    await vi.waitFor(() => expect(labelOf(3)).toBe("horse"));
    expect(labelOf(1)).toBe("cow");
    await vi.waitFor(() => expect(root.textContent).toContain("2 images kept their own"));
  });

  it("are replaced when that is chosen", async () => {
    press("ArrowRight");
    expect(focused().textContent).toBe("“horse” on all 4");
    focused().click();
    await vi.waitFor(() => expect([1, 2, 3, 4].map(labelOf)).toEqual(Array(4).fill("horse")));
  });

  it("are never lost by pressing Enter twice, though all have one", async () => {
    press("Escape");
    ctx.store.select([1, 2], "replace", LASSO);
    grid().focus();
    press("l");
    type("pig");
    press("Enter");
    expect(question()!.textContent).toContain("All 2 have another label: cow.");
    expect(focused().textContent).toBe("cancel");
    focused().click();
    expect([1, 2].map(labelOf)).toEqual(["cow", "cow"]);
  });

  it("stay when one thinks better of it", () => {
    press("Escape");
    expect(question()).toBeNull();
    expect(focused()).toBe(field());
    expect(field().value).toBe("horse");
    expect(labelOf(3)).toBeUndefined();
  });
});

describe("suggestions", () => {
  beforeEach(async () => {
    await label([1, 2], "cow");
    press("m");
    await vi.waitFor(() => expect(ctx.review.rows.value?.length).toBe(N - 2));
  });

  it("are the likest first, and none that has a label", () => {
    const rows = [...ctx.review.rows.value!];
    const scores = rows.map((row) => ctx.review.scoreOf(row)!);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(rows).not.toContain(1);
  });

  it("are taken or refused one by one, at once, and back again", async () => {
    const [first, second] = ctx.review.rows.value!;
    ctx.review.decide([first!], true);
    ctx.review.decide([second!], false);
    expect([...ctx.review.rows.value!]).not.toContain(first);
    expect(ctx.review.counts.value).toEqual({ yes: 1, no: 1 });
    await vi.waitFor(() => expect(labelOf(first!)).toBe("cow"));
    await vi.waitFor(() => expect(ctx.store.past.value.undo).toBe("not “cow”"));
    expect(ctx.review.undo()).toBe(second);
    await vi.waitFor(() => expect(ctx.store.past.value.undo).toContain("on 1 images"));
    expect(ctx.review.undo()).toBe(first);
    await vi.waitFor(() => expect(labelOf(first!)).toBeUndefined());
    expect(ctx.review.rows.value![0]).toBe(first);
  });

  it("are taken together in one step, which is taken back as one", async () => {
    const likest = [...ctx.review.rows.value!].slice(0, 3);
    ctx.review.decide(likest, true);
    expect(ctx.review.counts.value).toEqual({ yes: 3, no: 0 });
    await vi.waitFor(() => expect(likest.map(labelOf)).toEqual(["cow", "cow", "cow"]));
    expect(ctx.review.undo()).toBe(likest[0]);
    await vi.waitFor(() => expect(likest.map(labelOf)).toEqual([undefined, undefined, undefined]));
    expect([...ctx.review.rows.value!].slice(0, 3)).toEqual(likest);
  });

  it("are for the newest label where none has been written yet, as in the next session", async () => {
    await label([3], "pig");
    const next = createSession(viewModel(), ctx.signal);
    next.store.connect(asProxy(dataset));
    expect(next.labelling.latest.value).toBe("pig");
  });

  it("end when something else is selected", () => {
    ctx.store.select([9], "replace", LASSO);
    expect(ctx.review.rows.value).toBeNull();
  });
});

it("labels of other columns are apart, and a label can have another name", async () => {
  await label([1, 2], "cow");
  ctx.labelling.setColumn("pose");
  expect(ctx.labelling.columns.value).toEqual(["label", "pose"]);
  expect(ctx.labelling.known.value).toEqual([]);
  ctx.store.select([1], "replace", LASSO);
  expect(await ctx.labelling.write("lying")).toBe(true);
  expect([...ctx.store.dataset.value.columns.keys()].slice(0, 2)).toEqual(["label", "pose"]);
  ctx.labelling.setColumn("label");
  expect(await ctx.labelling.rename("cow", "ox")).toBe(true);
  expect(labelOf(2)).toBe("ox");
});

it("says why nothing was labelled, and keeps what was typed", async () => {
  model.onMessage = ({ content }) => {
    const { id, kind } = content as { id: number; kind: string };
    if (kind === "label") model.receiveMessage({ v: 1, id, ok: false, error: "no <b>disk</b>" });
  };
  ctx.store.select([1], "replace", LASSO);
  press("l");
  type("cow");
  press("Enter");
  await vi.waitFor(() => expect(root.textContent).toContain("no <b>disk</b>"));
  expect(root.querySelector("b")).toBeNull();
  expect(field().value).toBe("cow");
});
