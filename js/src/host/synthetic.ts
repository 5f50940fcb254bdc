/** A made-up collection: a tree grown from the root, and a map, columns and pictures that follow it. */
import type { ColumnHeader, DatasetTraits, Header } from "../wire";

export interface Synthetic {
  header: Header;
  /** Item id of each row. */
  ids: Uint32Array;
  breeds: Int16Array;
  arrays: Record<"ids" | "coordinates" | "leafOrder" | "merges" | "medoids" | "columns", ArrayBuffer>;
  /** Where each item stands among its kin: what its picture is drawn from. */
  looks: readonly Look[];
}

export interface Look {
  hue: number;
  lightness: number;
  roundness: number;
  aspect: number;
}

/** Mulberry32: small, and the same everywhere. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

interface Branch {
  start: number;
  size: number;
  height: number;
  x: number;
  y: number;
  hue: number;
  lightness: number;
  roundness: number;
}

export const BREEDS = ["pug", "beagle", "Border collie", "husky", "dachshund", "whippet", "Saint Bernard"];

/** How merges follow one another: branch by branch, or image by image in one long chain. */
export type Shape = "balanced" | "chain";

/** `n` images in `n` + 3 items, three of which could not be read. */
export function makeDataset(n: number, seed = 1, shape: Shape = "balanced"): Synthetic {
  const draw = random(seed);
  const rows = shuffled(n, draw);
  const leafOrder = Uint32Array.from(rows);
  const merges: { start: number; size: number; split: number; height: number }[] = [];
  const coordinates = new Float32Array(2 * n);
  const looks: Look[] = new Array(n);
  const stack: Branch[] = [
    { start: 0, size: n, height: 2.4, x: 0, y: 0, hue: 200, lightness: 0.5, roundness: 0.5 },
  ];
  for (let branch = stack.pop(); branch !== undefined; branch = stack.pop()) {
    const { start, size, height } = branch;
    if (size === 1) {
      const row = leafOrder[start]!;
      coordinates.set([branch.x + 0.05 * (draw() - 0.5), branch.y + 0.05 * (draw() - 0.5)], 2 * row);
      const { hue, lightness, roundness } = branch;
      looks[row] = { hue, lightness, roundness, aspect: 0.7 + 0.8 * draw() };
      continue;
    }
    const share = shape === "chain" ? Math.round(draw()) : 0.2 + 0.6 * draw();
    const split = Math.max(1, Math.min(size - 1, Math.round(size * share)));
    merges.push({ start, size, split, height });
    const angle = 2 * Math.PI * draw();
    const reach = height * 0.9;
    for (const [side, from, count] of [
      [-1, start, split],
      [1, start + split, size - split],
    ] as const) {
      stack.push({
        start: from,
        size: count,
        height: height * (shape === "chain" ? Math.sqrt(count / size) : 0.62 + 0.33 * draw()),
        x: branch.x + side * reach * Math.cos(angle),
        y: branch.y + side * reach * Math.sin(angle),
        hue: branch.hue + side * height * 40 * draw(),
        lightness: Math.max(0.25, Math.min(0.8, branch.lightness + side * height * 0.06 * draw())),
        roundness: Math.max(0, Math.min(1, branch.roundness + side * height * 0.2 * draw())),
      });
    }
  }
  merges.sort((a, b) => a.height - b.height);
  const columns: ColumnHeader[] = [
    { name: "width", kind: "number" },
    { name: "brightness", kind: "number" },
    { name: "breed", kind: "category", categories: BREEDS },
  ];
  const width = Float32Array.from(looks, ({ aspect }) => Math.round(640 * aspect));
  const brightness = Float32Array.from(looks, ({ lightness }) => (draw() < 0.03 ? Number.NaN : lightness));
  const breeds = Int16Array.from(looks, ({ hue }) =>
    draw() < 0.02 ? -1 : Math.abs(Math.floor(hue / 52)) % BREEDS.length,
  );
  // Items 0, 5 and the last could not be read.
  const ids = Uint32Array.from({ length: n }, (_, row) => row + (row < 4 ? 1 : 2));
  return {
    ids,
    breeds,
    header: {
      version: 1,
      n,
      id_count: n + 3,
      title: "dogs",
      network: "SqueezeNet 1.1",
      metric: "cosine",
      linkage: "ward",
      method: "ward linkage, exact, from the distances of all pairs",
      layout: "umap",
      columns,
      auto: 7,
      errors: 3,
      excluded: 0,
      notices: [],
      colors: [],
    },
    arrays: {
      ids: bitsOf(ids, n + 3),
      coordinates: coordinates.buffer,
      leafOrder: leafOrder.buffer,
      merges: joined([
        Uint32Array.from(merges, ({ start, split }) => start + split),
        Float32Array.from(merges, ({ height }) => height),
      ]),
      // The picture in the middle of a branch stands for it.
      medoids: Uint32Array.from(merges, ({ start, size }) => leafOrder[start + (size >> 1)]!).buffer,
      columns: joined([width, brightness, breeds]),
    },
    looks,
  };
}

export type Stage = "scan" | "embed" | "pca" | "tree" | "umap";

/** The traits as they stand after a stage of the kernel's work. */
export function traitsAt(data: Synthetic, stage: Stage, version: number): DatasetTraits {
  const { ids, coordinates, leafOrder, merges, medoids, columns } = data.arrays;
  const reached = (wanted: Stage): boolean => STAGES.indexOf(stage) >= STAGES.indexOf(wanted);
  const from = (buffer: ArrayBuffer, wanted: Stage): DataView =>
    reached(wanted) ? new DataView(buffer) : new DataView(new ArrayBuffer(0));
  return {
    header: {
      ...data.header,
      version,
      network: reached("embed") ? data.header.network : null,
      layout: reached("umap") ? "umap" : reached("pca") ? "pca" : null,
    },
    ids: new DataView(ids),
    coordinates: from(coordinates, "pca"),
    leaf_order: from(leafOrder, "tree"),
    merges: from(merges, "tree"),
    medoids: from(medoids, "tree"),
    columns: new DataView(columns),
  };
}

export const STAGES: readonly Stage[] = ["scan", "embed", "pca", "tree", "umap"];

function bitsOf(ids: Uint32Array, count: number): ArrayBuffer {
  const bytes = new Uint8Array((count + 7) >>> 3);
  for (const id of ids) bytes[id >>> 3]! |= 1 << (id & 7);
  return bytes.buffer;
}

function joined(arrays: readonly (Uint32Array | Float32Array | Int16Array)[]): ArrayBuffer {
  const total = new Uint8Array(arrays.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const array of arrays) {
    total.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += array.byteLength;
  }
  return total.buffer;
}

function shuffled(n: number, draw: () => number): number[] {
  const rows = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(draw() * (i + 1));
    [rows[i], rows[j]] = [rows[j]!, rows[i]!];
  }
  return rows;
}
