import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { badgesOf } from "../src/badges";
import { BY_TREE, isRanking, readSort, sortAsRanked, sortHere } from "../src/sorting";
import { tableColumns } from "../src/views/table-columns";
import type { Column, Dataset } from "../src/wire";
import { datasetOf } from "./dataset";

const dataset = datasetOf(40);
const leaves = [...dataset.tree!.leafOrder];

const withColumns = (...columns: Column[]): Dataset => ({
  ...dataset,
  columns: new Map(columns.map((column) => [column.name, column])),
});

const numbers = (name: string, values: readonly number[]): Column => ({
  name,
  kind: "number",
  values: Float32Array.from(values),
  categories: [],
});

describe("sorting", () => {
  it("by the tree is the order of its leaves, either way round", () => {
    expect([...sortHere(dataset, BY_TREE)!]).toEqual(leaves);
    expect([...sortHere(dataset, { kind: "tree", descending: true })!]).toEqual(leaves.toReversed());
  });

  it("by a number keeps the tree's order among equals and puts missing values last, both ways", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(0, 1, 2, Number.NaN), { minLength: 40, maxLength: 40 }),
        fc.boolean(),
        (values, descending) => {
          const data = withColumns(numbers("age", values));
          const sign = descending ? -1 : 1;
          const expected = leaves.toSorted((a, b) => {
            const [x, y] = [values[a]!, values[b]!];
            if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
            return sign * (x - y);
          });
          expect([...sortHere(data, { kind: "column", name: "age", descending })!]).toEqual(expected);
        },
      ),
    );
  });

  it("by what only the kernel knows is left to the kernel", () => {
    expect(sortHere(dataset, { kind: "column", name: "path", descending: false })).toBeNull();
    expect(sortHere(dataset, { kind: "similar", id: 3 })).toBeNull();
  });

  it("takes the kernel's order for images that are still there, others last", () => {
    const [a, b, c] = [dataset.ids[7]!, dataset.ids[2]!, dataset.ids[9]!];
    const ids = Uint32Array.from([a, 0, b, 9999, c]);
    const others = Array.from({ length: 40 }, (_, row) => row).filter((row) => ![7, 2, 9].includes(row));
    expect([...sortAsRanked(dataset, { ids, missing: 1 }, false)]).toEqual([7, 2, 9, ...others]);
    expect([...sortAsRanked(dataset, { ids, missing: 1 }, true)]).toEqual([2, 7, 9, ...others]);
  });

  it("is remembered, and the tree's when what was remembered is of no use", () => {
    const sorts = [BY_TREE, { kind: "column", name: "a", descending: true }, { kind: "similar", id: 4 }];
    for (const sort of sorts) expect(readSort(JSON.parse(JSON.stringify(sort)))).toEqual(sort);
    for (const broken of [null, 3, { kind: "column" }, { kind: "similar", id: "4" }])
      expect(readSort(broken)).toEqual(BY_TREE);
  });

  it("by likeness or outlier rank makes one list", () => {
    expect(isRanking({ kind: "similar", id: 1 })).toBe(true);
    expect(isRanking({ kind: "column", name: "outlier", descending: false })).toBe(true);
    expect(isRanking({ kind: "column", name: "breed", descending: false })).toBe(false);
  });
});

describe("badges", () => {
  it("mark the hundredth that stands apart most, repeated images and labels", () => {
    const ranks = Array.from({ length: 40 }, (_, row) => row + 1);
    const copies: Column = {
      name: "duplicate_of",
      kind: "category",
      values: Int32Array.from(ranks, (rank) => (rank === 3 ? 0 : -1)),
      categories: ["cow 1.jpg"],
    };
    const label: Column = { ...copies, name: "label", categories: ["cows"], label: true };
    const badges = badgesOf(withColumns(numbers("outlier", ranks), copies, label));
    expect(badges(0)).toEqual([{ kind: "outlier", title: "Outlier 1 of 40" }]);
    expect(badges(1)).toEqual([]);
    expect(badges(2).map(({ title }) => title)).toEqual(["Duplicate of cow 1.jpg", "Label: cows"]);
    expect(badgesOf(dataset)(0)).toEqual([]);
  });
});

describe("the table's columns", () => {
  const record = { name: "a.jpg", path: "x/a.jpg", size: 2_000_000, width: 4000, height: 3000, note: null };
  const columns = tableColumns(dataset, dataset.tree!.clusters(5), ["name", "note", "taken"]);
  const text = (name: string, row = 0): string =>
    columns.find((column) => column.name === name)!.text(row, record);

  it("are what everybody gets, what has been found and the metadata, each once", () => {
    const names = columns.map(({ name }) => name);
    expect(names.slice(0, 2)).toEqual(["name", "cluster"]);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(
      expect.arrayContaining(["path", "size", "width", "height", "breed", "note", "taken"]),
    );
  });

  it("say their values in words, and nothing where there is none", () => {
    expect(text("size")).toBe("2 MB");
    expect(text("height")).toBe("3,000");
    expect(text("note")).toBe("");
    expect(text("taken")).toBe("");
    const { values, categories } = dataset.columns.get("breed")!;
    const row = values.findIndex((code) => code >= 0);
    expect(text("breed", row)).toBe(categories[values[row]!]);
    expect(text("cluster")).toBe(String(dataset.tree!.clusters(5).labels[0]! + 1));
  });
});
