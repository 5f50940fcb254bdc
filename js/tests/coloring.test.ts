import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { colorByClusters, colorByColumn } from "../src/coloring";
import { CLUSTER_COLORS, clusterColor, MISSING_COLOR, SEQUENCE } from "../src/palette";
import { datasetOf } from "./dataset";

describe("the palette", () => {
  it("is the one that Python has", () => {
    const python = readFileSync(new URL("../../imgclust_jupyter/widget/palette.py", import.meta.url), "utf8");
    expect(python.match(/#[0-9A-F]{6}/g)).toEqual([...CLUSTER_COLORS]);
  });

  it("has twelve different colours and starts over after them", () => {
    expect(new Set(CLUSTER_COLORS).size).toBe(12);
    expect(clusterColor(12)).toBe(CLUSTER_COLORS[0]);
    expect(clusterColor(25)).toBe(CLUSTER_COLORS[1]);
  });

  it("has a sequence that grows lighter all the way", () => {
    const lightness = SEQUENCE.map((color) => {
      const [r, g, b] = (color.match(/[0-9a-f]{2}/g) ?? []).map(
        (part) => (Number.parseInt(part, 16) / 255) ** 2.2,
      );
      return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
    });
    expect(SEQUENCE).toHaveLength(64);
    for (let i = 1; i < lightness.length; i++) expect(lightness[i]!).toBeGreaterThan(lightness[i - 1]!);
  });
});

it("gives every member of a cluster the colour of the cluster", () => {
  const dataset = datasetOf(60);
  const clusters = dataset.tree!.clusters(15);
  const { css, codes, legend } = colorByClusters(dataset, clusters);
  codes.forEach((code, row) => {
    expect(css[code]).toBe(clusterColor(clusters.color[clusters.labels[row]!]!));
  });
  if (legend.kind !== "entries") throw new Error(legend.kind);
  expect(legend.entries.map(({ label }) => label)).toEqual(
    Array.from({ length: 15 }, (_, i) => String(i + 1)),
  );
  expect(legend.entries.reduce((sum, { count }) => sum + count, 0)).toBe(60);
});

it("gives the most common categories the first colours, and missing ones grey", () => {
  const values = Int32Array.of(2, 2, 2, 0, 0, 1, -1);
  const { css, codes, legend } = colorByColumn({
    name: "breed",
    kind: "category",
    values,
    categories: ["a", "b", "c", "d"],
  });
  expect(Array.from(codes, (code) => css[code])).toEqual([
    ...Array(3).fill(CLUSTER_COLORS[0]),
    ...Array(2).fill(CLUSTER_COLORS[1]),
    CLUSTER_COLORS[2],
    MISSING_COLOR,
  ]);
  expect(legend).toEqual({
    kind: "entries",
    entries: [
      { label: "c", code: 0, count: 3 },
      { label: "a", code: 1, count: 2 },
      { label: "b", code: 2, count: 1 },
      { label: "no value", code: 12, count: 1 },
    ],
  });
});

describe("numbers", () => {
  const color = (values: number[]) =>
    colorByColumn({ name: "width", kind: "number", values: Float32Array.from(values), categories: [] });

  it("go along the sequence, with missing ones grey", () => {
    const { css, codes, legend } = color([0, 50, 100, Number.NaN]);
    expect(Array.from(codes, (code) => css[code])).toEqual([
      SEQUENCE[0],
      SEQUENCE[32],
      SEQUENCE[63],
      MISSING_COLOR,
    ]);
    expect(legend).toEqual({
      kind: "range",
      low: 0,
      high: 100,
      belowLow: false,
      aboveHigh: false,
      missing: 1,
    });
  });

  it("are not squeezed together by one that is far off", () => {
    const values = Array.from({ length: 200 }, (_, i) => i);
    const { codes, legend } = color([...values, 1e9]);
    expect(codes[100]).toBeGreaterThan(25);
    expect(codes[200]).toBe(63);
    expect(legend).toMatchObject({ aboveHigh: true, belowLow: true });
  });

  it("may all be the same, or all be missing", () => {
    expect(new Set(color([5, 5, 5]).codes).size).toBe(1);
    expect(color([Number.NaN]).legend.kind).toBe("none");
    expect(color([]).codes).toHaveLength(0);
  });
});
