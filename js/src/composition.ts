/** What the selection has more of than the whole (twin in Python: imgclust_jupyter/insight/composition.py). No DOM. */
import { titleOf } from "./cluster-names";
import { CLUSTER } from "./filters";
import type { Bitset } from "./selection";
import type { Clusters } from "./tree";
import type { Column, Dataset } from "./wire";

/** One value, or one range of numbers. */
export interface Part {
  label: string;
  /** The category, the cluster from 0, or the bin; -1 for no value. */
  code: number;
  selected: number;
  total: number;
  /** The share of the selection by the share of all: 2 for what is twice as frequent. */
  lift: number;
}

export interface Quartiles {
  low: number;
  median: number;
  high: number;
}

/** A column as codes, whatever it is: of categories, of clusters, or of numbers in bins of equal width. */
export interface Coded {
  name: string;
  codes: ArrayLike<number>;
  labels: readonly string[];
}

const BINS = 24;
const MOST_CATEGORIES = 60;
/** Of each image another, or nothing that anybody would ask of a selection. */
const UNTELLING = ["duplicate_of", "x", "y"];

export function coded(name: string, { columns }: Dataset, clusters: Clusters | null): Coded | null {
  const column = columns.get(name);
  if (column) return column.kind === "category" ? ofCategories(column) : ofNumbers(column);
  if (name !== CLUSTER || clusters === null) return null;
  const labels = Array.from({ length: clusters.k }, (_, code) => titleOf(clusters, code));
  return { name, codes: clusters.labels, labels };
}

const ofCategories = ({ name, values, categories }: Column): Coded => ({
  name,
  codes: values,
  labels: categories,
});

function ofNumbers({ name, values }: Column): Coded {
  const { low, width } = binning(values);
  const codes = Int16Array.from(values, (value) =>
    Number.isNaN(value) ? -1 : Math.min(BINS - 1, Math.floor((value - low) / width)),
  );
  return { name, codes, labels: Array.from({ length: BINS }, () => "") };
}

/** Where the bins of a column of numbers lie. */
export function binning(values: ArrayLike<number>): { low: number; width: number; bins: number } {
  let [low, high] = [Infinity, -Infinity];
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) [low, high] = [0, 0];
  return { low, width: (high - low) / BINS || 1, bins: BINS };
}

/** A part for each code, in their order, and last that of no value where there is one. */
export function parts({ codes, labels, name }: Coded, selected: Bitset): Part[] {
  const k = labels.length;
  const total = new Uint32Array(k + 1);
  const chosen = new Uint32Array(k + 1);
  for (let row = 0; row < codes.length; row++) total[codes[row]! < 0 ? k : codes[row]!]!++;
  let count = 0;
  for (const row of selected) {
    chosen[codes[row]! < 0 ? k : codes[row]!]!++;
    count++;
  }
  return Array.from(total, (all, code) => ({
    label: labels[code] ?? `no ${name}`,
    code: code < k ? code : -1,
    selected: chosen[code]!,
    total: all,
    lift: chosen[code]! / count / (all / codes.length),
  })).filter((part) => part.code >= 0 || part.total > 0);
}

/** The most frequent in the selection first, and of equals the more telling. */
export const byFrequency = (all: readonly Part[]): Part[] =>
  all.filter((part) => part.selected > 0).sort((a, b) => b.selected - a.selected || b.lift - a.lift);

/** How far a column tells the selection from the whole, 0 … 1: the total variation distance, less what chance makes of it. */
export function telling(column: Coded, selected: Bitset): number {
  const m = selected.count();
  const n = column.codes.length;
  let [distance, byChance] = [0, 0];
  for (const part of parts(column, selected)) {
    const share = part.total / n;
    distance += Math.abs(part.selected / m - share) / 2;
    // The mean deviation of a share of m that are drawn without looking.
    byChance += Math.sqrt((2 * share * (1 - share)) / (Math.PI * m)) / 2;
  }
  return Math.max(0, distance - byChance);
}

/** The columns that can be asked for: clusters, categories, numbers. */
export const choices = (dataset: Dataset): string[] => [
  ...(dataset.tree ? [CLUSTER] : []),
  ...[...dataset.columns.keys()].filter((name) => !UNTELLING.includes(name)),
];

/** The first of the wished for that is a column of its own, else the one that tells most. */
export function mostTelling(
  wished: readonly string[],
  dataset: Dataset,
  clusters: Clusters | null,
  selected: Bitset,
): string {
  const names = choices(dataset);
  const own = wished.find((name) => name !== CLUSTER && names.includes(name));
  if (own !== undefined) return own;
  // A branch is told by its cluster, which says nothing new.
  let [best, most] = [CLUSTER, 0];
  for (const name of names) {
    const column = name === CLUSTER ? null : coded(name, dataset, clusters);
    if (column === null || column.labels.length > MOST_CATEGORIES) continue;
    const distance = telling(column, selected);
    if (distance > most) [best, most] = [name, distance];
  }
  return best;
}

/** Of the numbers that there are, interpolated as numpy does; null without any. */
export function quartiles(values: Column["values"], rows?: Bitset): Quartiles | null {
  const present = (rows ? Float64Array.from(rows, (row) => values[row]!) : Float64Array.from(values))
    .filter((value) => !Number.isNaN(value))
    .sort();
  if (present.length === 0) return null;
  const at = (share: number): number => {
    const place = share * (present.length - 1);
    const below = Math.floor(place);
    const next = present[Math.min(below + 1, present.length - 1)]!;
    return present[below]! + (place - below) * (next - present[below]!);
  };
  return { low: at(0.25), median: at(0.5), high: at(0.75) };
}

/** The rows of a code. */
export function rowsOfCode({ codes }: Coded, code: number): number[] {
  const rows: number[] = [];
  for (let row = 0; row < codes.length; row++) {
    if (codes[row] === code || (code < 0 && codes[row]! < 0)) rows.push(row);
  }
  return rows;
}
