import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { colorByClusters, colorByColumn } from "../src/coloring";
import { CLUSTER_COLORS, clusterColor, contrast, MISSING_COLOR, rgbOf, sequenceOn } from "../src/palette";
import { datasetOf } from "./dataset";

type Matrix = readonly (readonly number[])[];

const times = (matrix: Matrix, vector: readonly number[]): number[] =>
  matrix.map((line) =>
    Math.min(
      1,
      Math.max(
        0,
        line.reduce((sum, each, i) => sum + each * vector[i]!, 0),
      ),
    ),
  );

/** sRGB to linear light (IEC 61966-2-1). */
const linear = (css: string): number[] =>
  rgbOf(css).map((part) =>
    part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4,
  );

/** Machado, Oliveira and Fernandes (2009), severity 1, on linear light. */
const SEEN_WITH: Readonly<Record<string, Matrix>> = {
  "full colour vision": [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** Ottosson (2020): distances are nearly as they are perceived. */
function oklab(rgb: readonly number[]): number[] {
  const cones = [
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
  ].map((line) => Math.cbrt(line.reduce((sum, each, i) => sum + each * rgb[i]!, 0)));
  return [
    [0.2104542553, 0.793617785, -0.0040720468],
    [1.9779984951, -2.428592205, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.808675766],
  ].map((line) => line.reduce((sum, each, i) => sum + each * cones[i]!, 0));
}

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

  it("stands out on a light and on a dark page: a contrast of 3:1 at least", () => {
    const luminance = (css: string) =>
      linear(css).reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i]!, 0);
    for (const page of ["#FFFFFF", "#111111", "#212121"]) {
      for (const color of [...CLUSTER_COLORS, MISSING_COLOR]) {
        const [light, dark] = [luminance(page), luminance(color)].sort((a, b) => b - a);
        expect((light! + 0.05) / (dark! + 0.05), `${color} on ${page}`).toBeGreaterThanOrEqual(3);
      }
    }
  });

  it.each(Object.entries(SEEN_WITH))("is told apart with %s", (_, matrix) => {
    const seen = [...CLUSTER_COLORS, MISSING_COLOR].map((color) => oklab(times(matrix, linear(color))));
    for (const [i, a] of seen.entries()) {
      for (const b of seen.slice(0, i))
        expect(Math.hypot(...a.map((part, k) => part - b[k]!))).toBeGreaterThan(0.055);
    }
  });

  it.each(["#ffffff", "#f7f8f9", "#111111", "#16181b", "#1e1e1e", "#212121"])(
    "has a sequence of colours for numbers that all stand out from %s",
    (background) => {
      const sequence = sequenceOn(background);
      expect(sequence.length).toBeGreaterThan(36);
      for (const color of sequence) expect(contrast(color, background)).toBeGreaterThanOrEqual(3);
      // Seen from its light background or its dark one, it goes the same way and in even steps.
      const lightness = sequence.map((color) => oklab(linear(color))[0]!);
      const steps = lightness.slice(1).map((light, i) => light - lightness[i]!);
      expect(Math.min(...steps)).toBeGreaterThan(0.003);
      expect(Math.max(...steps)).toBeLessThan(0.02);
    },
  );

  it("measures contrast as others do", () => {
    expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5);
    // The example of the Web Content Accessibility Guidelines' understanding document for 4.5:1.
    expect(contrast("#767676", "rgb(255, 255, 255)")).toBeCloseTo(4.54, 2);
  });

  it("keeps the whole sequence where too little of it would stand out", () => {
    expect(sequenceOn("#777777")).toHaveLength(64);
  });
});

it("gives every member of a cluster the colour of the cluster", () => {
  const dataset = datasetOf(60);
  const clusters = dataset.tree!.clusters(15);
  const { css, codes, legend } = colorByClusters(dataset, clusters);
  codes.forEach((code, row) => {
    expect(css[code]).toBe(clusterColor(clusters.color[clusters.labels[row]!]!));
  });
  expect(legend.kind).toBe("clusters");
});

it("gives the most common categories the first colours, and missing ones grey", () => {
  const values = Int32Array.of(2, 2, 2, 0, 0, 1, -1);
  const { css, codes, legend } = colorByColumn(
    {
      name: "breed",
      kind: "category",
      values,
      categories: ["a", "b", "c", "d"],
    },
    "#ffffff",
  );
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
    colorByColumn(
      { name: "width", kind: "number", values: Float32Array.from(values), categories: [] },
      "#ffffff",
    );

  it("go along the sequence, with missing ones grey", () => {
    const { css, codes, legend } = color([0, 50, 100, Number.NaN]);
    const sequence = sequenceOn("#ffffff");
    expect(Array.from(codes, (code) => css[code])).toEqual([
      sequence[0],
      sequence[Math.round((sequence.length - 1) / 2)],
      sequence.at(-1),
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
    const { codes, css, legend } = color([...values, 1e9]);
    const last = css.length - 2;
    expect(codes[100]).toBeGreaterThan(0.4 * last);
    expect(codes[200]).toBe(last);
    expect(legend).toMatchObject({ aboveHigh: true, belowLow: true });
  });

  it("may all be the same, or all be missing", () => {
    expect(new Set(color([5, 5, 5]).codes).size).toBe(1);
    expect(color([Number.NaN]).legend.kind).toBe("none");
    expect(color([]).codes).toHaveLength(0);
  });
});
