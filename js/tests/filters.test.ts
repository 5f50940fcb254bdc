import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  describeFilter,
  type Filter,
  fromBase64,
  lets,
  readFilters,
  replaceFilter,
  toBase64,
  toggleCategory,
  toggleCluster,
  visibleRows,
} from "../src/filters";
import { Bitset } from "../src/selection";
import { packSelection } from "../src/wire";
import { datasetOf } from "./dataset";

const dataset = datasetOf(60);
const breed = dataset.columns.get("breed")!;
const width = [...dataset.columns.values()].find(({ kind }) => kind === "number")!;
const clusters = dataset.tree!.clusters(5);
const pack = (rows: Bitset) => packSelection(rows, dataset);
const every = Array.from({ length: dataset.n }, (_, row) => row);

const category = (values: (string | null)[]): Filter => ({ kind: "category", column: "breed", values });
const range = (low: number | null, high: number | null): Filter => ({
  kind: "range",
  column: width.name,
  low,
  high,
});
const rowsThrough = (...filters: Filter[]): number[] => [...(visibleRows(filters, dataset) ?? every)];

describe("what is visible", () => {
  it("is everything without filters, and where a filter's column is not there", () => {
    expect(visibleRows([], dataset)).toBeNull();
    expect(visibleRows([{ kind: "range", column: "nothing", low: 0, high: 1 }], dataset)).toBeNull();
    expect(visibleRows([{ ...range(0, 1), column: "breed" } as Filter], dataset)).toBeNull();
  });

  it("is what every filter lets through", () => {
    fc.assert(
      fc.property(
        fc.subarray([...breed.categories, null]),
        fc.option(fc.integer({ min: 0, max: 3000 })),
        fc.option(fc.integer({ min: 0, max: 3000 })),
        (names, low, high) => {
          const wanted = every.filter((row) => {
            const code = breed.values[row]!;
            const size = width.values[row]!;
            return (
              names.includes(code < 0 ? null : breed.categories[code]!) &&
              size >= (low ?? -Infinity) &&
              size <= (high ?? Infinity)
            );
          });
          expect(rowsThrough(category(names), range(low, high))).toEqual(wanted);
        },
      ),
    );
  });

  it("holds the ends of a range, though columns are rounded to 32 bits", () => {
    const tenth = { ...width, values: new Float32Array(dataset.n).fill(0.1) };
    const rounded = { ...dataset, columns: new Map([[width.name, tenth]]) };
    expect(visibleRows([range(0, 0.1)], rounded)?.count()).toBe(dataset.n);
    expect(visibleRows([range(0.1, 1)], rounded)?.count()).toBe(dataset.n);
  });

  it("can be certain images", () => {
    const items = toBase64(pack(Bitset.of(dataset.n, [3, 17])));
    expect(rowsThrough({ kind: "items", source: "search", text: "pug", items })).toEqual([3, 17]);
  });
});

describe("toggling", () => {
  it("a category adds it to its chip, and takes the chip away with the last one", () => {
    const one = toggleCategory([range(1, 2)], breed, 0);
    const two = toggleCategory(one, breed, 1);
    expect(two).toEqual([range(1, 2), category([breed.categories[0]!, breed.categories[1]!])]);
    expect(lets(two, dataset, null, "breed", 0)).toBe(true);
    expect(lets(two, dataset, null, "breed", 2)).toBe(false);
    expect(toggleCategory(toggleCategory(two, breed, 0), breed, 1)).toEqual([range(1, 2)]);
  });

  it("a cluster shows its images, which stay when the tree is cut otherwise", () => {
    const filters = toggleCluster(toggleCluster([], dataset, clusters, 1, pack), dataset, clusters, 3, pack);
    const members = every.filter((row) => [1, 3].includes(clusters.labels[row]!));
    expect(rowsThrough(...filters)).toEqual(members);
    expect(filters.map((each) => describeFilter(each, dataset))).toEqual([{ name: "cluster", text: "2, 4" }]);
    expect(lets(filters, dataset, clusters, "cluster", 3)).toBe(true);
    expect(lets(filters, dataset, clusters, "cluster", 0)).toBe(false);
    const less = toggleCluster(filters, dataset, clusters, 1, pack);
    expect(toggleCluster(less, dataset, clusters, 3, pack)).toEqual([]);
  });

  it("replaces the one filter of a column where it stands", () => {
    const filters = [range(1, 2), category(["pug"])];
    expect(replaceFilter(filters, width.name, range(5, null) as never)).toEqual([
      range(5, null),
      category(["pug"]),
    ]);
    expect(replaceFilter(filters, width.name, null)).toEqual([category(["pug"])]);
  });
});

it("long bitsets survive the way through base64", () => {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i * 7);
  expect(fromBase64(toBase64(bytes))).toEqual(bytes);
});

it("what is no filter is left out", () => {
  const bad = [null, 3, {}, { kind: "category" }, { kind: "items", items: 3, text: "" }, "range"];
  expect(readFilters([...bad, category(["pug"])])).toEqual([category(["pug"])]);
  expect(readFilters("nonsense")).toEqual([]);
});
