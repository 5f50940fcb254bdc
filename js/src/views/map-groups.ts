/** The groups that the colours of the map stand for, clusters or categories, so that they can be named on it. No DOM. */
import { formatCount } from "../format";
import type { Clusters, Coloring, Dataset } from "../store";

export interface Groups {
  /** Group of each row; -1 for none. */
  of: Int32Array;
  /** The largest groups first, as they are named first. */
  groups: readonly Group[];
}

export interface Group {
  /** Value in `of`. */
  index: number;
  name: string;
  size: number;
  color: string;
  /** In words, as what a selection came from. */
  origin: string;
}

/** Beyond this number of groups, names would be all there is to see. */
const MOST_GROUPS = 200;
const LONGEST_NAME = 22;

/** null where colours stand for numbers, or for nothing yet. */
export function groupsOf(dataset: Dataset, clusters: Clusters | null, coloring: Coloring): Groups | null {
  const { column, css, legend } = coloring;
  if (legend.kind !== "entries") return null;
  const largest = (groups: Group[]) => groups.sort((a, b) => b.size - a.size).slice(0, MOST_GROUPS);
  const chosen = dataset.columns.get(column);
  if (!chosen) {
    if (!clusters) return null;
    const groups = legend.entries.map(({ label, code, count }, index) => ({
      index,
      name: label,
      size: count,
      color: css[code]!,
      origin: `cluster ${label}`,
    }));
    return { of: clusters.labels, groups: largest(groups) };
  }
  const indexOf = new Map(chosen.categories.map((category, index) => [category, index]));
  const groups: Group[] = [];
  for (const { label, code, count } of legend.entries) {
    const index = indexOf.get(label);
    if (index === undefined) continue;
    groups.push({
      index,
      name: shortened(label),
      size: count,
      color: css[code]!,
      origin: `${column}: ${label}`,
    });
  }
  return { of: chosen.values as Int32Array, groups: largest(groups) };
}

export function rowsOf(of: Int32Array, group: number): number[] {
  const rows: number[] = [];
  of.forEach((each, row) => {
    if (each === group) rows.push(row);
  });
  return rows;
}

/** "3" and " · 41": name and size of a group, as they stand on the map. */
export const wordsOf = ({ name, size }: Group): readonly [string, string] => [
  name,
  ` · ${formatCount(size)}`,
];

const shortened = (name: string): string =>
  name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1).trimEnd()}…` : name;
