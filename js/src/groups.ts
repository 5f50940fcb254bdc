/** How the gallery divides and orders what it shows: leaf order once there is a tree, name order before. */
import type { Bitset } from "./selection";
import type { Clusters } from "./tree";
import type { Column, Dataset } from "./wire";

export interface Group {
  /** Empty when nothing is grouped. */
  label: string;
  /** What the label is a value of: "cluster", or a column's name. */
  by: string;
  /** Cluster or category code; -1 for rows without a value. */
  code: number;
  /** The shown rows, in display order. */
  rows: Uint32Array;
  /** Size of the whole group, shown or not. */
  total: number;
  /** The cluster's node in the tree. */
  node: number | null;
}

/** `shown` limits the rows; null shows all. */
export function groupRows(
  dataset: Dataset,
  clusters: Clusters | null,
  groupBy: string,
  shown: Bitset | null,
): Group[] {
  const order = dataset.tree?.leafOrder ?? Uint32Array.from({ length: dataset.n }, (_, row) => row);
  const column = dataset.columns.get(groupBy);
  if (groupBy === "cluster" && clusters !== null) return byCluster(order, clusters, shown);
  if (column?.kind === "category") return byCategory(order, column, shown);
  const rows = keep(order, shown);
  return rows.length === 0 ? [] : [{ label: "", by: "", code: 0, rows, total: order.length, node: null }];
}

const keep = (rows: Uint32Array, shown: Bitset | null): Uint32Array =>
  shown === null ? rows : rows.filter((row) => shown.has(row));

function byCluster(order: Uint32Array, { k, start, size, node }: Clusters, shown: Bitset | null): Group[] {
  return Array.from({ length: k }, (_, cluster) => ({
    label: `Cluster ${cluster + 1}`,
    by: "cluster",
    code: cluster,
    rows: keep(order.subarray(start[cluster], start[cluster]! + size[cluster]!), shown),
    total: size[cluster]!,
    node: node[cluster]!,
  })).filter(({ rows }) => rows.length > 0);
}

function byCategory(order: Uint32Array, column: Column, shown: Bitset | null): Group[] {
  const members: number[][] = Array.from({ length: column.categories.length + 1 }, () => []);
  for (const row of order) members.at(column.values[row]!)!.push(row);
  return members
    .map((rows, slot) => {
      // Code -1 has taken the last slot.
      const code = slot < column.categories.length ? slot : -1;
      return {
        label: code < 0 ? `no ${column.name}` : column.categories[code]!,
        by: column.name,
        code,
        rows: keep(Uint32Array.from(rows), shown),
        total: rows.length,
        node: null,
      };
    })
    .filter(({ rows }) => rows.length > 0);
}
