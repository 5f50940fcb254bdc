/**
 * Filters narrow all views, one chip each: an image is visible when every filter lets it through. No DOM.
 * (Twin: imgclust_jupyter/workspace/filters.py, which mends what a page sends.)
 */
import { formatValueOf } from "./format";
import { Bitset } from "./selection";
import type { Clusters } from "./tree";
import { type Column, type Dataset, type DateUnit, unpackSelection } from "./wire";

export interface CategoryFilter {
  kind: "category";
  column: string;
  /** The categories that are let through; null stands for "no value". */
  values: readonly (string | null)[];
}

export interface RangeFilter {
  kind: "range";
  column: string;
  /** Both ends belong to the range; null is open. */
  low: number | null;
  high: number | null;
}

/** The last moment of the day or the minute that begins at `seconds`: "until" a day takes in all of it. */
export const lastMoment = (seconds: number, unit: DateUnit): number =>
  seconds + (unit === "day" ? 86_400 : 60) - 0.001;

/** Certain images, whatever the cut is or the columns say later. */
export interface ItemsFilter {
  kind: "items";
  source: "query" | "search" | "cluster" | "selection";
  text: string;
  /** Bits of item ids as in the selection, as base64. */
  items: string;
}

export type Filter = CategoryFilter | RangeFilter | ItemsFilter;

/** Legend and chips say "cluster" for a column that is none. */
export const CLUSTER = "cluster";

export function toBase64(bytes: Uint8Array): string {
  let text = "";
  // In pieces, as a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 4096)
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return btoa(text);
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  // Ten times as fast as from an iterator, which exported files of many megabytes would be waiting for.
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  return bytes;
}

export const rowsOfItems = (filter: ItemsFilter, dataset: Dataset): Bitset =>
  unpackSelection(fromBase64(filter.items), dataset);

/** null when no filter hides anything: the views need not look at each row then. */
export function visibleRows(filters: readonly Filter[], dataset: Dataset): Bitset | null {
  const parts = filters.map((filter) => passing(filter, dataset)).filter((part) => part !== null);
  return parts.length === 0 ? null : parts.reduce((all, part) => all.intersection(part));
}

/** Rows that one filter lets through; null for all, also where its column is not there (yet). */
function passing(filter: Filter, dataset: Dataset): Bitset | null {
  if (filter.kind === "items") return rowsOfItems(filter, dataset);
  const column = dataset.columns.get(filter.column);
  if (!column || (filter.kind === "range") !== (column.kind === "number")) return null;
  const rows = new Bitset(dataset.n);
  const lets = filter.kind === "range" ? inRange(filter, column) : inCategories(filter, column);
  column.values.forEach((value, row) => {
    if (lets(value)) rows.add(row);
  });
  return rows;
}

function inRange({ low, high }: RangeFilter, { date }: Column): (value: number) => boolean {
  // Numbers have been rounded to 32 bits, and 0.1 must stay in 0 … 0.1; dates have not.
  const round = date ? Number : Math.fround;
  const [least, most] = [round(low ?? -Infinity), round(high ?? Infinity)];
  return (value) => value >= least && value <= most;
}

function inCategories({ values }: CategoryFilter, { categories }: Column): (code: number) => boolean {
  const wanted = new Set(values);
  const open = categories.map((name) => wanted.has(name));
  const missing = wanted.has(null);
  return (code) => (code < 0 ? missing : open[code] === true);
}

const without = (filters: readonly Filter[], gone: Filter | undefined): Filter[] =>
  filters.filter((filter) => filter !== gone);

const find = (filters: readonly Filter[], column: string): Filter | undefined =>
  filters.find((filter) =>
    column === CLUSTER
      ? filter.kind === "items" && filter.source === "cluster"
      : filter.kind !== "items" && filter.column === column,
  );

/** The one filter on a column, in place of what there was; null takes it away. */
export function replaceFilter(
  filters: readonly Filter[],
  column: string,
  filter: CategoryFilter | RangeFilter | null,
): Filter[] {
  const old = find(filters, column);
  if (!old) return filter ? [...filters, filter] : [...filters];
  return filters.flatMap((each) => (each === old ? (filter ? [filter] : []) : [each]));
}

/** A category (by its code, -1 for no value) comes among those that are let through, or goes. */
export function toggleCategory(filters: readonly Filter[], column: Column, code: number): Filter[] {
  const name = code < 0 ? null : (column.categories[code] ?? null);
  const old = find(filters, column.name);
  const before = old?.kind === "category" ? old.values : [];
  const values = before.includes(name) ? before.filter((value) => value !== name) : [...before, name];
  return replaceFilter(
    filters,
    column.name,
    values.length === 0 ? null : { kind: "category", column: column.name, values },
  );
}

/** The images of a cluster (from 0) come among those that are let through, or go. */
export function toggleCluster(
  filters: readonly Filter[],
  dataset: Dataset,
  clusters: Clusters,
  cluster: number,
  pack: (rows: Bitset) => Uint8Array,
): Filter[] {
  const old = find(filters, CLUSTER);
  const before = old?.kind === "items" ? rowsOfItems(old, dataset) : new Bitset(dataset.n);
  const members = rowsOfCluster(dataset, clusters, cluster);
  const rows = before.covers(members) ? before.difference(members) : before.union(members);
  if (rows.isEmpty()) return without(filters, old);
  const names = Array.from(clusters.size.keys())
    .filter((each) => rows.covers(rowsOfCluster(dataset, clusters, each)))
    .map((each) => each + 1);
  const filter: ItemsFilter = {
    kind: "items",
    source: "cluster",
    text: names.join(", ") || `part of ${cluster + 1}`,
    items: toBase64(pack(rows)),
  };
  return old ? filters.map((each) => (each === old ? filter : each)) : [...filters, filter];
}

function rowsOfCluster({ n, tree }: Dataset, { start, size }: Clusters, cluster: number): Bitset {
  const first = start[cluster] ?? 0;
  return Bitset.of(n, tree?.leafOrder.subarray(first, first + (size[cluster] ?? 0)) ?? []);
}

/** Whether a filter on this column lets a category (or cluster, from 0) through; true without one. */
export function lets(
  filters: readonly Filter[],
  dataset: Dataset,
  clusters: Clusters | null,
  column: string,
  code: number,
): boolean {
  const filter = find(filters, column);
  if (!filter || filter.kind === "range") return true;
  if (filter.kind === "items") {
    return clusters !== null && rowsOfItems(filter, dataset).covers(rowsOfCluster(dataset, clusters, code));
  }
  const of = dataset.columns.get(column);
  return of?.kind !== "category" || inCategories(filter, of)(code);
}

const SOURCES = { query: "query", search: "found", cluster: "cluster", selection: "picked" } as const;

/** What a chip says: of what, and which. */
export function describeFilter(filter: Filter, { columns }: Dataset): { name: string; text: string } {
  if (filter.kind === "items") return { name: SOURCES[filter.source], text: filter.text };
  if (filter.kind === "category") {
    return { name: filter.column, text: filter.values.map((value) => value ?? "no value").join(", ") };
  }
  const { column, low, high } = filter;
  const words = (end: number): string => formatValueOf(columns.get(column) ?? {}, end);
  if (low !== null && high !== null) return { name: column, text: `${words(low)} – ${words(high)}` };
  return { name: column, text: low === null ? `≤ ${words(high ?? 0)}` : `≥ ${words(low)}` };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/** The kernel has mended what the trait holds; a saved notebook may hold an older version's. */
export function readFilters(value: unknown): readonly Filter[] {
  return Array.isArray(value) ? value.filter(isFilter) : [];
}

function isFilter(value: unknown): value is Filter {
  if (!isRecord(value)) return false;
  const { kind, column, values, items, text } = value;
  if (kind === "category") return typeof column === "string" && Array.isArray(values);
  if (kind === "range") return typeof column === "string";
  return kind === "items" && typeof items === "string" && typeof text === "string" && isSource(value.source);
}

const isSource = (source: unknown): boolean => typeof source === "string" && source in SOURCES;
