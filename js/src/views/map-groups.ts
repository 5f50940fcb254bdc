/** The groups that the colours of the map stand for, clusters or categories, so that they can be named on it. No DOM. */
import { longName, shortName } from "../cluster-names";
import { formatPart } from "../format";
import { clusterColor } from "../palette";
import type { Bitset, Clusters, Coloring, Dataset } from "../store";

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
  /** How many of them the filters let through. */
  shown: number;
  color: string;
  /** In words, as what a selection came from. */
  origin: string;
}

/** Beyond this number of groups, names would be all there is to see. */
const MOST_GROUPS = 200;
const LONGEST_NAME = 28;

/** How many of the visible rows have each code; null where all are visible, as their numbers are known. */
export function countShown(codes: Int32Array, visible: Bitset | null): ((code: number) => number) | null {
  if (visible === null) return null;
  const counts = new Map<number, number>();
  for (const row of visible) counts.set(codes[row]!, (counts.get(codes[row]!) ?? 0) + 1);
  return (code) => counts.get(code) ?? 0;
}

/** null where colours stand for numbers, or for nothing yet; `visible` is null for all rows. */
export function groupsOf(
  dataset: Dataset,
  clusters: Clusters | null,
  coloring: Coloring,
  visible: Bitset | null = null,
): Groups | null {
  const { column, css, legend } = coloring;
  const chosen = dataset.columns.get(column);
  if (!chosen) return clusters && groupsOfClusters(clusters, visible);
  if (legend.kind !== "entries") return null;
  const shownIn = countShown(chosen.values as Int32Array, visible);
  const indexOf = new Map(chosen.categories.map((category, index) => [category, index]));
  const groups: Group[] = [];
  for (const { label, code, count } of legend.entries) {
    const index = indexOf.get(label);
    if (index === undefined) continue;
    groups.push({
      index,
      name: shortened(label),
      size: count,
      shown: shownIn?.(index) ?? count,
      color: css[code]!,
      origin: `${column}: ${label}`,
    });
  }
  const largest = groups.filter(({ shown }) => shown > 0).sort((a, b) => b.shown - a.shown);
  return { of: chosen.values as Int32Array, groups: largest.slice(0, MOST_GROUPS) };
}

/** There may be as many clusters as images: only those that are named become objects. */
function groupsOfClusters(clusters: Clusters, visible: Bitset | null): Groups {
  const { k, labels, size, color } = clusters;
  const shownIn = countShown(labels, visible);
  const shown = shownIn ? Uint32Array.from({ length: k }, (_, index) => shownIn(index)) : size;
  const least = Math.max(1, shown.slice().sort()[Math.max(0, k - MOST_GROUPS)]!);
  const named: number[] = [];
  let ties = MOST_GROUPS;
  for (let index = 0; index < k; index++)
    if (shown[index]! > least || (shown[index] === least && ties-- > 0)) named.push(index);
  named.sort((a, b) => shown[b]! - shown[a]!);
  const groups = named.slice(0, MOST_GROUPS).map((index) => ({
    index,
    name: shortened(shortName(clusters, index)),
    size: size[index]!,
    shown: shown[index]!,
    color: clusterColor(color[index]!),
    origin: longName(clusters, index),
  }));
  return { of: labels, groups };
}

export function rowsOf(of: Int32Array, group: number): number[] {
  const rows: number[] = [];
  of.forEach((each, row) => {
    if (each === group) rows.push(row);
  });
  return rows;
}

/** "3" and " · 12 of 41": name and size of a group, as they stand on the map. */
export const wordsOf = ({ name, shown, size }: Group): readonly [string, string] => [
  name,
  ` · ${formatPart(shown, size)}`,
];

const shortened = (name: string): string =>
  name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1).trimEnd()}…` : name;
