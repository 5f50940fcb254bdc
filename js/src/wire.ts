/** The dataset as it arrives from the kernel (twin: imgclust_jupyter/widget/wire.py). All arrays are little-endian. */
import { Bitset } from "./selection";
import { Tree } from "./tree";

export interface ColumnHeader {
  name: string;
  kind: "number" | "category";
  categories?: readonly string[];
}

export interface Header {
  version: number;
  n: number;
  id_count: number;
  title: string;
  network: string | null;
  metric: string;
  linkage: string;
  /** How the tree was made, exactly or not, in words; empty without a tree. */
  method: string;
  layout: string | null;
  columns: readonly ColumnHeader[];
  /** How many clusters there seem to be; 0 without a tree. */
  auto: number;
  errors: number;
  notices: readonly string[];
  /** The palette index that is shown for each colour of the tree; those beyond its end stay. */
  colors: readonly number[];
}

export interface Column {
  name: string;
  kind: "number" | "category";
  /** One value a row: numbers with NaN for missing, or category codes with -1 for missing. */
  values: Float32Array | Int32Array;
  categories: readonly string[];
}

export interface Dataset {
  version: number;
  n: number;
  idCount: number;
  title: string;
  header: Header;
  /** Item id of each row. */
  ids: Uint32Array;
  /** Row of each item id, -1 for items that could not be read. */
  rowOfId: Int32Array;
  /** x, y of each row in turn; null until there is a map. */
  coordinates: Float32Array | null;
  tree: Tree | null;
  /** The row that stands for each merge; null until there is a tree. */
  medoids: Uint32Array | null;
  columns: ReadonlyMap<string, Column>;
}

/** The traits of the dataset model that are set together. */
export interface DatasetTraits {
  header: Partial<Header>;
  ids: DataView;
  coordinates: DataView;
  leaf_order: DataView;
  merges: DataView;
  medoids: DataView;
  columns: DataView;
}

const NO_HEADER: Header = {
  version: 0,
  n: 0,
  id_count: 0,
  title: "",
  network: null,
  metric: "",
  linkage: "",
  method: "",
  layout: null,
  columns: [],
  auto: 0,
  errors: 0,
  notices: [],
  colors: [],
};

/** The bytes of a trait as 32-bit values; copied, because buffers may arrive unaligned and inside a larger message. */
function words(trait: DataView, name: string, count: number): ArrayBuffer {
  if (trait.byteLength !== 4 * count) {
    throw new Error(
      `The dataset cannot be shown: ${name} has ${trait.byteLength} bytes instead of ${4 * count}.`,
    );
  }
  const copy = new Uint8Array(trait.byteLength);
  copy.set(new Uint8Array(trait.buffer, trait.byteOffset, trait.byteLength));
  return copy.buffer;
}

function parseTree(traits: DatasetTraits, n: number, colors: readonly number[]): Tree | null {
  if (n === 0 || traits.leaf_order.byteLength === 0) return null;
  const merges = n - 1;
  const buffer = words(traits.merges, "merges", 4 * merges);
  return new Tree(
    new Uint32Array(words(traits.leaf_order, "leaf_order", n)),
    new Uint32Array(buffer, 0, merges),
    new Uint32Array(buffer, 4 * merges, merges),
    new Uint32Array(buffer, 8 * merges, merges),
    new Float32Array(buffer, 12 * merges, merges),
    colors,
  );
}

function parseColumns(trait: DataView, headers: readonly ColumnHeader[], n: number): Map<string, Column> {
  const buffer = words(trait, "columns", headers.length * n);
  return new Map(
    headers.map(({ name, kind, categories = [] }, i) => {
      const values =
        kind === "number" ? new Float32Array(buffer, 4 * n * i, n) : new Int32Array(buffer, 4 * n * i, n);
      return [name, { name, kind, values, categories }];
    }),
  );
}

/** @throws Error naming the trait whose length does not fit the header. */
export function parseDataset(traits: DatasetTraits): Dataset {
  const header = { ...NO_HEADER, ...traits.header };
  const { n } = header;
  const ids = new Uint32Array(words(traits.ids, "ids", n));
  const rowOfId = new Int32Array(header.id_count).fill(-1);
  ids.forEach((id, row) => {
    rowOfId[id] = row;
  });
  return {
    version: header.version,
    n,
    idCount: header.id_count,
    title: header.title,
    header,
    ids,
    rowOfId,
    coordinates:
      traits.coordinates.byteLength === 0
        ? null
        : new Float32Array(words(traits.coordinates, "coordinates", 2 * n)),
    tree: parseTree(traits, n, header.colors),
    medoids:
      traits.medoids.byteLength === 0 ? null : new Uint32Array(words(traits.medoids, "medoids", n - 1)),
    columns: parseColumns(traits.columns, header.columns, n),
  };
}

const NO_BYTES = new DataView(new ArrayBuffer(0));

/** What there is before the kernel has published anything. */
export const EMPTY_DATASET: Dataset = parseDataset({
  header: {},
  ids: NO_BYTES,
  coordinates: NO_BYTES,
  leaf_order: NO_BYTES,
  merges: NO_BYTES,
  medoids: NO_BYTES,
  columns: NO_BYTES,
});

/** Rows as a bit for each item id: bit i is byte i >> 3, 1 << (i & 7). */
export function packSelection(rows: Iterable<number>, dataset: Dataset): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array((dataset.idCount + 7) >>> 3);
  for (const row of rows) {
    const id = dataset.ids[row]!;
    bytes[id >>> 3]! |= 1 << (id & 7);
  }
  return bytes;
}

/** Items that are in no row (not readable) are left out; missing bytes count as zero. */
export function unpackSelection(bytes: Uint8Array, dataset: Dataset): Bitset {
  const rows = new Bitset(dataset.n);
  if (bytes.length === 0) return rows;
  dataset.ids.forEach((id, row) => {
    if (((bytes[id >>> 3] ?? 0) & (1 << (id & 7))) !== 0) rows.add(row);
  });
  return rows;
}
