import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  binning,
  byFrequency,
  coded,
  mostTelling,
  parts,
  quartiles,
  rowsOfCode,
  telling,
} from "../src/composition";
import { Bitset } from "../src/selection";
import { createStore } from "../src/store";
import { packSelection } from "../src/wire";
import { copies, standingApart, union, withoutExcluded, withoutItems } from "../src/working-set";
import { asProxy, datasetModel, datasetOf, viewModel } from "./dataset";

const dataset = datasetOf(40);
const withColumn = (name: string, values: Int32Array | Float32Array, categories: readonly string[] = []) => ({
  ...dataset,
  columns: new Map([
    ...dataset.columns,
    [
      name,
      {
        name,
        kind: values instanceof Float32Array ? ("number" as const) : ("category" as const),
        values,
        categories,
      },
    ],
  ]),
});

describe("bits of what is out", () => {
  it("are joined and taken apart by item", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(39)), fc.uniqueArray(fc.nat(39)), (a, b) => {
        const both = union(packSelection(a, dataset), packSelection(b, dataset).subarray(0, 3));
        const back = withoutItems(
          both,
          a.map((row) => dataset.ids[row]!),
        );
        const rest = b.filter((row) => dataset.ids[row]! < 24 && !a.includes(row));
        expect(back).toEqual(packSelection(rest, dataset));
      }),
    );
  });

  it("hide their rows at once, and nothing where there are none", () => {
    const out = packSelection([2, 7], dataset);
    const seen = withoutExcluded(null, out, dataset)!;
    expect(seen.count()).toBe(38);
    expect(seen.has(7)).toBe(false);
    expect([...withoutExcluded(Bitset.of(40, [1, 2]), out, dataset)!]).toEqual([1]);
    expect(withoutExcluded(null, new Uint8Array(0), dataset)).toBeNull();
  });
});

describe("what may be wrong", () => {
  it("is the share that stands apart most, one image at least", () => {
    const ranks = Float32Array.from({ length: 40 }, (_, row) => 40 - row);
    const ranked = withColumn("outlier", ranks);
    expect(standingApart(ranked, 0.01)).toEqual([39]);
    expect(standingApart(ranked, 0.1)).toEqual([36, 37, 38, 39]);
    expect(standingApart(dataset, 0.01)).toBeNull();
  });

  it("is every image that repeats another", () => {
    const codes = new Int32Array(40).fill(-1);
    codes[5] = codes[9] = 0;
    expect(copies(withColumn("duplicate_of", codes, ["a.jpg"]))).toEqual([5, 9]);
    expect(copies(dataset)).toBeNull();
  });
});

describe("taking out", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("goes to the kernel as one step with the selection, and comes back from it", () => {
    const model = viewModel();
    const store = createStore(model, new AbortController().signal);
    store.connect(asProxy(datasetModel(40)));
    store.select([0, 3], "replace", { kind: "lasso", text: "lasso" });
    vi.advanceTimersByTime(100);
    store.takeOut();
    expect(store.selection.value.count).toBe(0);
    expect(store.visible.value!.count()).toBe(38);
    vi.advanceTimersByTime(100);
    const saved = model.saved.at(-1)!;
    expect(Object.keys(saved).sort()).toEqual(["excluded", "selection", "selection_origin", "step"]);
    expect(Buffer.from(saved.excluded!.buffer)).toEqual(
      Buffer.from(packSelection([0, 3], store.dataset.value)),
    );
    store.putBack([store.dataset.value.ids[3]!]);
    expect([...store.visible.value!]).not.toContain(0);
    expect([...store.visible.value!]).toContain(3);
    vi.advanceTimersByTime(100);
    model.receive({ excluded: new DataView(new ArrayBuffer(0)) });
    expect(store.visible.value).toBeNull();
  });
});

describe("the composition of a selection", () => {
  const codes = Int32Array.from({ length: 40 }, (_, row) => (row === 39 ? -1 : row % 4));
  const bred = withColumn("kind", codes, ["a", "b", "c", "d"]);
  const kind = coded("kind", bred, null)!;

  it("counts each value, and what has none", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(39), { minLength: 1 }), (rows) => {
        const all = parts(kind, Bitset.of(40, rows));
        expect(all.map((part) => part.total)).toEqual([10, 10, 10, 9, 1]);
        expect(all.map((part) => part.selected)).toEqual(
          [0, 1, 2, 3, -1].map((code) => rows.filter((row) => codes[row] === code).length),
        );
        for (const part of all)
          expect(part.lift).toBeCloseTo(part.selected / rows.length / (part.total / 40), 10);
        expect(byFrequency(all).every((part) => part.selected > 0)).toBe(true);
      }),
    );
  });

  it("puts the most frequent first and, of equals, the more telling", () => {
    const all = parts(kind, Bitset.of(40, [0, 4, 3, 1, 39]));
    expect(byFrequency(all).map((part) => part.label)).toEqual(["a", "no kind", "d", "b"]);
  });

  it("finds the rows of a value and of none", () => {
    expect(rowsOfCode(kind, 3)).toEqual([3, 7, 11, 15, 19, 23, 27, 31, 35]);
    expect(rowsOfCode(kind, -1)).toEqual([39]);
  });

  it("is of the column that tells most, unless one is wished for", () => {
    const told = withColumn("kind", codes, ["a", "b", "c", "d"]);
    const rows = Bitset.of(40, [0, 4, 8, 12, 16, 20, 24, 28, 32, 36]);
    expect(mostTelling(["cluster", ""], told, null, rows)).toBe("kind");
    expect(mostTelling(["cluster", "breed"], told, null, rows)).toBe("breed");
    const all = Bitset.of(
      40,
      Array.from({ length: 40 }, (_, row) => row),
    );
    expect(telling(kind, all)).toBe(0);
    expect(telling(kind, rows)).toBeGreaterThan(0.5);
  });

  it("has the quartiles of numbers as numpy has them, and bins with both ends in them", () => {
    const values = Float32Array.from([4, 1, Number.NaN, 3, 2]);
    expect(quartiles(values)).toEqual({ low: 1.75, median: 2.5, high: 3.25 });
    expect(quartiles(values, Bitset.of(5, [1, 2]))).toEqual({ low: 1, median: 1, high: 1 });
    expect(quartiles(values, Bitset.of(5, [2]))).toBeNull();
    const weights = withColumn(
      "weight",
      Float32Array.from({ length: 40 }, (_, row) => (row ? row : Number.NaN)),
    );
    const all = parts(coded("weight", weights, null)!, Bitset.of(40, [0, 1, 39]));
    expect([all[0]!.selected, all[23]!.selected, all[24]!.selected]).toEqual([1, 1, 1]);
    expect(all.reduce((sum, part) => sum + part.total, 0)).toBe(40);
    expect(binning(new Float32Array([Number.NaN]))).toMatchObject({ low: 0, width: 1 });
  });
});
