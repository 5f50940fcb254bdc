import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EMPTY_DATASET, packSelection, parseDataset, unpackSelection } from "../src/wire";
import { expected, goldenTraits } from "./golden";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("the dataset that Python has written", () => {
  const dataset = parseDataset(goldenTraits());

  it("has the tree that Python has", () => {
    const tree = dataset.tree!;
    expect([...tree.leafOrder]).toEqual(expected.leaf_order);
    expect([...tree.leftStart]).toEqual(expected.left_start);
    expect([...tree.size]).toEqual(expected.size);
    expect([...tree.split]).toEqual(expected.split);
    expect([...dataset.medoids!]).toEqual(expected.medoids);
    for (const [k, labels, colors] of [
      [3, expected.labels_k3, expected.colors_k3],
      [7, expected.labels_k7, expected.colors_k7],
    ] as const) {
      const clusters = tree.clusters(k);
      expect([...clusters.labels]).toEqual(labels);
      expect([...clusters.color]).toEqual(colors);
    }
  });

  it("packs a selection into the same bytes, and reads them back", () => {
    const { rows, bytes_hex } = expected.selection;
    expect(hex(packSelection(rows, dataset))).toBe(bytes_hex);
    expect([...unpackSelection(Buffer.from(bytes_hex, "hex"), dataset)]).toEqual(rows);
  });

  it("knows the row of each item, and which items have none", () => {
    expect(dataset.idCount).toBe(23);
    expect([...dataset.ids]).toEqual(expected.ids);
    dataset.ids.forEach((id, row) => {
      expect(dataset.rowOfId[id]).toBe(row);
    });
    expect([...dataset.rowOfId].filter((row) => row < 0)).toHaveLength(3);
  });

  it("has columns with their missing values", () => {
    const width = dataset.columns.get("width")!;
    expect(width.values[4]).toBeNaN();
    expect(width.values[19]).toBe(190);
    const breed = dataset.columns.get("breed")!;
    expect(breed.categories).toEqual(["boxer", "pug"]);
    expect(breed.values[9]).toBe(-1);
    expect(breed.values[0]).toBe(1);
  });

  it("has dates as the clocks of their zone showed them, to the second", () => {
    const { date, values } = dataset.columns.get("taken")!;
    expect(date).toBe("minute");
    expect(values[0]).toBeNaN();
    expect(Array.from(values.slice(1, 3))).toEqual([
      Date.UTC(2024, 2, 30) / 1000,
      Date.UTC(2024, 2, 30, 1) / 1000,
    ]);
  });

  it("has a point for each row", () => {
    expect(dataset.coordinates).toHaveLength(40);
  });
});

describe("a dataset that is not complete", () => {
  const nothing = new DataView(new ArrayBuffer(0));

  it("has no tree and no map before they are computed", () => {
    const dataset = parseDataset({
      ...goldenTraits(),
      coordinates: nothing,
      leaf_order: nothing,
      merges: nothing,
    });
    expect(dataset.tree).toBeNull();
    expect(dataset.coordinates).toBeNull();
    expect(dataset.n).toBe(20);
  });

  it("is refused with the trait's name when a length does not fit", () => {
    expect(() => parseDataset({ ...goldenTraits(), ids: nothing })).toThrow(
      "ids are of 0 images instead of 20",
    );
    expect(() => parseDataset({ ...goldenTraits(), merges: nothing })).toThrow("merges has 0 bytes");
  });

  it("may hold a single image, whose tree is one leaf", () => {
    const first = new DataView(Uint8Array.of(1).buffer);
    const one = new DataView(new Uint8Array(4).buffer);
    const dataset = parseDataset({
      header: { version: 1, n: 1, id_count: 1 },
      ids: first,
      coordinates: nothing,
      leaf_order: one,
      merges: nothing,
      medoids: nothing,
      columns: nothing,
    });
    expect([...dataset.tree!.clusters(5).labels]).toEqual([0]);
  });

  it("may be empty", () => {
    expect(EMPTY_DATASET.n).toBe(0);
    expect(unpackSelection(new Uint8Array(3), EMPTY_DATASET).count()).toBe(0);
  });
});

it("reads back any selection, also from too few bytes", () => {
  const dataset = parseDataset(goldenTraits());
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(19)), fc.nat(3), (rows, length) => {
      const bytes = packSelection(rows, dataset);
      expect([...unpackSelection(bytes, dataset)]).toEqual(rows.toSorted((a, b) => a - b));
      const kept = unpackSelection(bytes.subarray(0, length), dataset);
      expect([...kept]).toEqual(
        [...kept].filter((row) => dataset.ids[row]! < 8 * length && rows.includes(row)),
      );
    }),
  );
});
