import { readFileSync } from "node:fs";
import { effect } from "@preact/signals-core";
import { beforeEach, describe, expect, it } from "vitest";
import { badgesOf } from "../src/badges";
import { colorByColumn } from "../src/coloring";
import {
  asWritten,
  completions,
  countLabels,
  type LabelTraits,
  listLabels,
  parseLabels,
} from "../src/labels";
import { createStore, type Store } from "../src/store";
import { asProxy, datasetModel, type LocalDataset, viewModel } from "./dataset";

const N = 40;

/** One column of codes by item; three items more than rows there are. */
export function labelTraits(
  name: string,
  categories: readonly string[],
  codes: ArrayLike<number>,
): LabelTraits {
  return {
    labels: { version: 1, columns: [{ name, categories }] },
    label_codes: new DataView(Int16Array.from(codes).buffer),
  };
}

let store: Store;
let dataset: LocalDataset;
const codes = Array.from({ length: N + 3 }, (_, id) => (id < 10 ? 0 : id < 15 ? 1 : -1));

beforeEach(() => {
  const life = new AbortController();
  store = createStore(viewModel(), life.signal);
  dataset = datasetModel(N);
  store.connect(asProxy(dataset));
  return () => life.abort();
});

const give = (name = "label", categories = ["cow", "horse"], values: ArrayLike<number> = codes): void =>
  dataset.receive(labelTraits(name, categories, values));

describe("labels", () => {
  it("are read as Python writes them, wherever they lie in a message", () => {
    const golden = JSON.parse(
      readFileSync(new URL("../../tests/golden/labels.json", import.meta.url), "utf8"),
    );
    const bytes = Uint8Array.from(Buffer.from(golden.label_codes_hex, "hex"));
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    const read = parseLabels({
      labels: golden.labels,
      label_codes: new DataView(shifted.buffer, 1),
    });
    const values = read.map(({ name, categories, codes }) => [
      name,
      Array.from(codes, (code) => categories[code] ?? null),
    ]);
    expect(Object.fromEntries(values)).toEqual(golden.expected);
  });

  it("are the first columns, by row, and unknown for images that came later", () => {
    give("label", ["cow", "horse"], codes.slice(0, 12));
    const { columns, ids } = store.dataset.value;
    expect([...columns.keys()]).toEqual(["label", "width", "brightness", "breed"]);
    const label = columns.get("label")!;
    expect(label).toMatchObject({ kind: "category", label: true, categories: ["cow", "horse"] });
    expect([...label.values]).toEqual(Array.from(ids, (id) => (id < 12 ? codes[id] : -1)));
  });

  it("hide a column of the same name, and are no column before the first of them", () => {
    give("breed", []);
    expect(store.dataset.value).toBe(store.published.value);
    give("breed");
    expect(store.dataset.value.columns.get("breed")!.label).toBe(true);
    expect(store.dataset.value.columns.size).toBe(3);
  });

  it("leave everything else what it was: nothing is laid out, cut, coloured or filtered anew", () => {
    store.select([1, 2], "replace", { kind: "lasso", text: "" });
    store.toggleFilter("breed", 0);
    store.setColorBy("breed");
    const runs: Record<string, number> = {};
    const stops = (["published", "clusters", "coloring", "selection", "visible"] as const).map((name) =>
      effect(() => {
        store[name].value;
        runs[name] = (runs[name] ?? 0) + 1;
      }),
    );
    const before = store.dataset.value;
    give();
    const after = store.dataset.value;
    expect(after).not.toBe(before);
    for (const part of ["tree", "coordinates", "ids", "medoids"] as const)
      expect(after[part]).toBe(before[part]);
    expect(Object.values(runs)).toEqual([1, 1, 1, 1, 1]);
    for (const stop of stops) stop();
  });

  it("keep the columns that are as they were", () => {
    give();
    const before = store.dataset.value.columns.get("label");
    give();
    expect(store.dataset.value.columns.get("label")).toBe(before);
    give("label", ["cow", "pony"]);
    expect(store.dataset.value.columns.get("label")).not.toBe(before);
  });

  it("have colours in the order of first use, and are marked on the pictures", () => {
    const rare = codes.map((code) => (code < 0 ? code : 1 - code));
    give("label", ["cow", "horse"], rare);
    const label = store.dataset.value.columns.get("label")!;
    const { legend } = colorByColumn(label, "#ffffff");
    expect(legend).toMatchObject({
      entries: [
        { label: "cow", code: 0, count: 5 },
        { label: "horse", code: 1 },
        { label: "no label", code: 12 },
      ],
    });
    const marked = store.dataset.value.rowOfId[12]!;
    expect(badgesOf(store.dataset.value)(marked)).toEqual([
      { kind: "label", title: "Label: cow", text: "cow" },
    ]);
  });
});

describe("what labels say", () => {
  it("of some images: the most first, and how many have none", () => {
    give();
    const label = store.dataset.value.columns.get("label");
    const rows = store.dataset.value.ids.keys();
    const { labels, none } = countLabels(label, rows);
    expect(labels.map(({ label: name }) => name)).toEqual(["cow", "horse"]);
    expect(labels.reduce((sum, { count }) => sum + count, none)).toBe(N);
    expect(countLabels(undefined, [1, 2])).toEqual({ labels: [], none: 2 });
  });

  it("in few words", () => {
    const labels = ["cow", "ox", "yak", "gnu", "elk"].map((label, code) => ({
      label,
      code,
      count: 9 - code,
    }));
    expect(listLabels(labels)).toBe("cow 9, ox 8, yak 7 and 2 more");
    expect(listLabels(labels.slice(0, 2))).toBe("cow 9, ox 8");
  });

  it("completes what is typed: the beginning first, whatever its case", () => {
    expect(completions("co", ["raccoon", "cow", "horse", "Cob"])).toEqual(["cow", "Cob", "raccoon"]);
    expect(completions("", ["b", "a"])).toEqual(["b", "a"]);
    expect(asWritten("COW", ["horse", "cow"])).toBe("cow");
    expect(asWritten("Cow", ["cow", "Cow"])).toBe("Cow");
    expect(asWritten("goat", ["cow"])).toBe("goat");
  });
});
