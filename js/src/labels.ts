/** Labels are columns that a person writes: how they arrive, and what they say about images. No DOM. */
import type { Column, Dataset } from "./wire";

/** The traits of the dataset model that hold the labels; set together, apart from the dataset's. */
export interface LabelTraits {
  labels: { version: number; columns: readonly { name: string; categories: readonly string[] }[] };
  /** int16, one column after the other: the code of each item, -1 for none. */
  label_codes: DataView;
}

export interface LabelColumn {
  name: string;
  /** In the order of first use. */
  categories: readonly string[];
  /** Code of each item; later items have none. */
  codes: Int16Array;
}

export interface LabelCount {
  label: string;
  code: number;
  count: number;
}

export interface LabelCounts {
  /** Those in use, the most first. */
  labels: readonly LabelCount[];
  none: number;
}

/** Columns without any label yet are left out. */
export function parseLabels({ labels, label_codes: bytes }: Partial<LabelTraits>): LabelColumn[] {
  const columns = labels?.columns ?? [];
  if (!bytes || columns.length === 0) return [];
  const copy = new Uint8Array(bytes.byteLength);
  copy.set(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const length = Math.floor(bytes.byteLength / 2 / columns.length);
  return columns
    .map(({ name, categories }, i) => ({
      name,
      categories,
      codes: new Int16Array(copy.buffer, 2 * length * i, length),
    }))
    .filter(({ categories }) => categories.length > 0);
}

/**
 * The dataset with its labels as the first columns.
 *
 * All else keeps its identity, and so do the columns that are as they were in `before`: what is laid out by them
 * stays as it is.
 */
export function withLabels(published: Dataset, labels: readonly LabelColumn[], before: Dataset): Dataset {
  if (labels.length === 0) return published;
  const columns = new Map<string, Column>();
  for (const label of labels) {
    const made = rowsOfLabels(label, published.ids);
    const old = before.columns.get(label.name);
    columns.set(label.name, old && isSameColumn(old, made) ? old : made);
  }
  for (const [name, column] of published.columns) if (!columns.has(name)) columns.set(name, column);
  return { ...published, columns };
}

function rowsOfLabels({ name, categories, codes }: LabelColumn, ids: Uint32Array): Column {
  const values = new Int32Array(ids.length);
  for (let row = 0; row < ids.length; row++) values[row] = codes[ids[row]!] ?? -1;
  return { name, kind: "category", values, categories, label: true };
}

function isSameColumn(a: Column, b: Column): boolean {
  return (
    a.label === b.label &&
    a.values.length === b.values.length &&
    a.categories.length === b.categories.length &&
    a.categories.every((category, i) => category === b.categories[i]) &&
    (a.values as Int32Array).every((value, row) => value === b.values[row])
  );
}

/** How many of the rows, or of the first so many, have each label. */
export function countLabels(column: Column | undefined, rows: Iterable<number> | number): LabelCounts {
  const categories = column?.categories ?? [];
  const counts = new Uint32Array(categories.length);
  let none = 0;
  const count = (row: number): void => {
    const code = column?.values[row] ?? -1;
    if (code < 0) none++;
    else counts[code]!++;
  };
  if (typeof rows === "number") for (let row = 0; row < rows; row++) count(row);
  else for (const row of rows) count(row);
  const labels = categories.map((label, code) => ({ label, code, count: counts[code]! }));
  return { labels: labels.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count), none };
}

const folded = (text: string): string => text.toLocaleLowerCase();

/** A label as it is written already: "Cow" is "cow" where that is in use, so that no label is there twice. */
export const asWritten = (text: string, known: readonly string[]): string =>
  known.includes(text) ? text : (known.find((label) => folded(label) === folded(text)) ?? text);

/** What typing could become: what begins with it first, then what holds it. */
export function completions(text: string, known: readonly string[]): string[] {
  const typed = folded(text.trim());
  const begins = known.filter((label) => folded(label).startsWith(typed));
  return [
    ...begins,
    ...known.filter((label) => folded(label).includes(typed) && !folded(label).startsWith(typed)),
  ];
}

/** "cow 6, horse 3 and 2 more": what there is, in few words. */
export function listLabels(labels: readonly LabelCount[], most = 3): string {
  const named = labels.slice(0, most).map(({ label, count }) => `${label} ${count}`);
  const rest = labels.length - named.length;
  return rest > 0 ? `${named.join(", ")} and ${rest} more` : named.join(", ");
}
