/** The dataset as it arrives from the kernel (twin: imgclust_jupyter/widget/wire.py). All arrays are little-endian. */
import { Bitset } from "./selection";
import { Tree } from "./tree";

export interface ColumnHeader {
  name: string;
  kind: "number" | "category";
  categories?: readonly string[];
  date?: DateUnit;
}

/** Up to which unit dates are written. */
export type DateUnit = "day" | "minute";

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
  /** How many images are taken out of the working set. */
  excluded: number;
  notices: readonly string[];
  /** The palette index that is shown for each colour of the tree; those beyond its end stay. */
  colors: readonly number[];
  /** What the images of upper merges seem to be, and the class that most of them are of, by merge. */
  names?: Readonly<Record<string, readonly [name: string, detail: string]>>;
  /** What the last addition or refresh has changed; null before the first. */
  changes?: ChangesHeader | null;
  /** Set in an exported file, where nobody can be asked for what is not in it. */
  offline?: boolean;
}

export interface ChangesHeader {
  /** Counts up with each report. */
  number: number;
  /** "3 new, 1 removed"; empty when nothing has changed. */
  text: string;
  /** Item ids of what somebody has added just now, */
  new: readonly number[];
  /** and of what was to be added, and had been there already. */
  there: readonly number[];
  /** Item ids of those whose picture is another, or gone. */
  changed: readonly number[];
}

export interface Column {
  name: string;
  kind: "number" | "category";
  /** One value a row: numbers with NaN for missing, or category codes with -1 for missing. */
  values: Float32Array | Float64Array | Int32Array;
  categories: readonly string[];
  /** Its numbers are dates: seconds since 1970 as the clocks of their zone showed it. */
  date?: DateUnit;
  /** A person's own column, written in the widget or with `explorer.label`. */
  label?: true;
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
  excluded: 0,
  notices: [],
  colors: [],
};

const bytesOf = (trait: DataView): Uint8Array =>
  new Uint8Array(trait.buffer, trait.byteOffset, trait.byteLength);

/** The bytes of a trait, from a multiple of 4 on as words need it: copied where a larger message has them elsewhere. */
function wordsOf(trait: DataView, name: string, length: number): Uint8Array {
  if (trait.byteLength !== length) {
    throw new Error(
      `The dataset cannot be shown: ${name} has ${trait.byteLength} bytes instead of ${length}.`,
    );
  }
  const bytes = bytesOf(trait);
  return bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
}

function parseNumbers(trait: DataView, name: string, count: number): Uint32Array {
  const { buffer, byteOffset } = wordsOf(trait, name, 4 * count);
  return new Uint32Array(buffer, byteOffset, count);
}

/** The item ids whose bits are set. */
function parseIds(trait: DataView, n: number): Uint32Array {
  const bytes = bytesOf(trait);
  // What is beyond its end is counted, and not kept.
  const ids = new Uint32Array(n);
  let count = 0;
  for (let id = 0; id < 8 * bytes.length; id++) if (bytes[id >>> 3]! & (1 << (id & 7))) ids[count++] = id;
  if (count !== n) {
    throw new Error(`The dataset cannot be shown: ids are of ${count} images instead of ${n}.`);
  }
  return ids;
}

/** Each merge joins the two intervals of leaves that meet at its boundary. */
function intervals(boundaries: Uint32Array): Record<"leftStart" | "size" | "split", Uint32Array> {
  const merges = boundaries.length;
  const leftStart = new Uint32Array(merges);
  const size = new Uint32Array(merges);
  const split = new Uint32Array(merges);
  // Kept for the first and the last leaf of each interval that there is so far.
  const endOf = new Uint32Array(merges + 1);
  const startOf = new Uint32Array(merges + 1);
  for (let leaf = 0; leaf <= merges; leaf++) {
    startOf[leaf] = leaf;
    endOf[leaf] = leaf + 1;
  }
  for (let merge = 0; merge < merges; merge++) {
    const boundary = boundaries[merge]!;
    const start = startOf[boundary - 1]!;
    const end = endOf[boundary]!;
    leftStart[merge] = start;
    size[merge] = end - start;
    split[merge] = boundary - start;
    endOf[start] = end;
    startOf[end - 1] = start;
  }
  return { leftStart, size, split };
}

function parseTree(traits: DatasetTraits, n: number, colors: readonly number[]): Tree | null {
  if (n === 0 || traits.leaf_order.byteLength === 0) return null;
  const merges = n - 1;
  const { buffer, byteOffset } = wordsOf(traits.merges, "merges", 8 * merges);
  const { leftStart, size, split } = intervals(new Uint32Array(buffer, byteOffset, merges));
  return new Tree(
    parseNumbers(traits.leaf_order, "leaf_order", n),
    leftStart,
    size,
    split,
    new Float32Array(buffer, byteOffset + 4 * merges, merges),
    colors,
  );
}

function parseCoordinates(trait: DataView, n: number): Float32Array | null {
  if (trait.byteLength === 0) return null;
  const { buffer, byteOffset } = wordsOf(trait, "coordinates", 8 * n);
  return new Float32Array(buffer, byteOffset, 2 * n);
}

const bytesOfValue = ({ kind, date }: ColumnHeader): number => (kind === "category" ? 2 : date ? 8 : 4);

/** Values are read from the bytes when they are first asked for: most columns are never looked at. */
function parseColumns(trait: DataView, headers: readonly ColumnHeader[], n: number): Map<string, Column> {
  const bytesPerRow = headers.reduce((sum, header) => sum + bytesOfValue(header), 0);
  const bytes = wordsOf(trait, "columns", bytesPerRow * n);
  let end = 0;
  return new Map(
    headers.map((header) => {
      const { name, kind, categories = [], date } = header;
      const start = end;
      end += bytesOfValue(header) * n;
      const own = bytes.subarray(start, end);
      let values: Column["values"] | undefined;
      const column: Column = {
        name,
        kind,
        get values() {
          values ??= valuesOf(header, own);
          return values;
        },
        categories,
        ...(date && { date }),
      };
      return [name, column];
    }),
  );
}

/** Copied, as what follows categories may be unaligned. */
function valuesOf({ kind, date }: ColumnHeader, bytes: Uint8Array): Column["values"] {
  const { buffer } = bytes.slice();
  if (kind === "category") return Int32Array.from(new Int16Array(buffer));
  return date ? new Float64Array(buffer) : new Float32Array(buffer);
}

/** @throws Error naming the trait whose length does not fit the header. */
export function parseDataset(traits: DatasetTraits): Dataset {
  const header = { ...NO_HEADER, ...traits.header };
  const { n } = header;
  const ids = parseIds(traits.ids, n);
  const rowOfId = new Int32Array(header.id_count).fill(-1);
  for (let row = 0; row < n; row++) rowOfId[ids[row]!] = row;
  return {
    version: header.version,
    n,
    idCount: header.id_count,
    title: header.title,
    header,
    ids,
    rowOfId,
    coordinates: parseCoordinates(traits.coordinates, n),
    tree: parseTree(traits, n, header.colors),
    medoids: traits.medoids.byteLength === 0 ? null : parseNumbers(traits.medoids, "medoids", n - 1),
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

/** Whether two selections are of the same items; missing bytes count as zero. */
export function areSameItems(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = Math.max(a.length, b.length) - 1; i >= 0; i--) if ((a[i] ?? 0) !== (b[i] ?? 0)) return false;
  return true;
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
