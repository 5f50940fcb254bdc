/** In which order the gallery shows what it shows. No DOM. */
import type { Column, Dataset } from "./wire";

export type Sort =
  /** As the leaves stand, or as the files are given before there is a tree. */
  | { kind: "tree"; descending: boolean }
  | { kind: "column"; name: string; descending: boolean }
  /** By likeness to one image, given as an item. */
  | { kind: "similar"; id: number };

export const BY_TREE: Sort = { kind: "tree", descending: false };

/** An order of the kernel's: items, the last `missing` of which have no value. */
export interface Ranking {
  ids: Uint32Array;
  missing: number;
}

/** Whatever is remembered; anything unusable is the tree's order. */
export function readSort(value: unknown): Sort {
  if (typeof value !== "object" || value === null) return BY_TREE;
  const { kind, name, descending, id } = value as Record<string, unknown>;
  if (kind === "column" && typeof name === "string") return { kind, name, descending: descending === true };
  if (kind === "similar" && typeof id === "number") return { kind, id };
  return { kind: "tree", descending: descending === true };
}

/** Whether both sort by the same thing, in whichever direction. */
export const sortsAlike = (a: Sort, b: Sort): boolean =>
  JSON.stringify({ ...a, descending: false }) === JSON.stringify({ ...b, descending: false });

/** A ranking of all images is one list: groups would tear it apart. */
export const isRanking = (sort: Sort): boolean =>
  sort.kind === "similar" || (sort.kind === "column" && sort.name.startsWith("outlier"));

export const treeOrder = ({ tree, n }: Dataset): Uint32Array =>
  tree?.leafOrder ?? Uint32Array.from({ length: n }, (_, row) => row);

/** The rows in order, or null where only the kernel knows it; `column` is what to sort by, where it is here. */
export function sortHere(
  dataset: Dataset,
  sort: Sort,
  column = sort.kind === "column" ? dataset.columns.get(sort.name) : undefined,
): Uint32Array | null {
  const order = treeOrder(dataset);
  if (sort.kind === "tree") return sort.descending ? order.toReversed() : order;
  return column ? byValue(order, column, sort.kind === "column" && sort.descending) : null;
}

/** Equal values stay in the tree's order, rows without a value come last in both directions. */
function byValue(order: Uint32Array, { kind, values }: Column, descending: boolean): Uint32Array {
  const isMissing = (row: number): boolean =>
    kind === "number" ? Number.isNaN(values[row]!) : values[row]! < 0;
  const sign = descending ? -1 : 1;
  const present = order.filter((row) => !isMissing(row));
  present.sort((a, b) => sign * (values[a]! - values[b]!));
  return join(present, order.filter(isMissing));
}

/** The rows in an order of the kernel's; images that it did not know of are last. */
export function sortAsRanked(dataset: Dataset, { ids, missing }: Ranking, descending: boolean): Uint32Array {
  const ranked = ids.subarray(0, ids.length - missing);
  const known = join(descending ? ranked.toReversed() : ranked, ids.subarray(ids.length - missing));
  const rows: number[] = [];
  const seen = new Uint8Array(dataset.n);
  for (const id of known) {
    const row = dataset.rowOfId[id] ?? -1;
    if (row < 0 || seen[row] === 1) continue;
    seen[row] = 1;
    rows.push(row);
  }
  for (let row = 0; row < dataset.n; row++) if (seen[row] === 0) rows.push(row);
  return Uint32Array.from(rows);
}

function join(first: Uint32Array, second: Uint32Array): Uint32Array {
  const both = new Uint32Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
