/** How the gallery divides what it shows. No DOM. */
import { titleOf } from "./cluster-names";
import type { Bitset } from "./selection";
import { treeOrder } from "./sorting";
import type { Clusters } from "./tree";
import type { Dataset } from "./wire";

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

/** The same group after other images are shown or the cut has moved elsewhere. */
export const groupKey = ({ by, code, node }: Group): string => `${by}:${node ?? `category ${code}`}`;

/** Beyond this number of clusters, most of them single images, the tree's order says as much as a head for each. */
const MOST_CLUSTERS = 10_000;

/** `shown` limits the rows, null shows all; `order` is that of the rows in each group, the tree's if left out. */
export function groupRows(
  dataset: Dataset,
  clusters: Clusters | null,
  groupBy: string,
  shown: Bitset | null,
  order: Uint32Array = treeOrder(dataset),
): Group[] {
  const rows = shown === null ? order : order.filter((row) => shown.has(row));
  const column = dataset.columns.get(groupBy);
  if (groupBy === "cluster" && clusters !== null && clusters.k <= MOST_CLUSTERS) {
    const { labels, k, size, node } = clusters;
    return divide(rows, labels, k).flatMap((members, code) =>
      code === k || members.length === 0
        ? []
        : {
            label: titleOf(clusters, code),
            by: "cluster",
            code,
            rows: members,
            total: size[code]!,
            node: node[code]!,
          },
    );
  }
  if (column?.kind === "category") {
    const { name, values, categories } = column;
    const totals = counts(order, values, categories.length);
    return divide(rows, values, categories.length).flatMap((members, slot) => {
      const label = categories[slot] ?? `no ${name}`;
      const code = slot < categories.length ? slot : -1;
      return members.length === 0
        ? []
        : { label, by: name, code, rows: members, total: totals[slot]!, node: null };
    });
  }
  return rows.length === 0 ? [] : [{ label: "", by: "", code: 0, rows, total: order.length, node: null }];
}

/** How many rows have each code; rows without a code (-1) are counted last. */
function counts(rows: Uint32Array, codes: ArrayLike<number>, k: number): Uint32Array {
  const sizes = new Uint32Array(k + 1);
  for (const row of rows) sizes[codes[row]! < 0 ? k : codes[row]!]!++;
  return sizes;
}

/** The rows of each code in their order; those without a code (-1) come last. */
function divide(rows: Uint32Array, codes: ArrayLike<number>, k: number): Uint32Array[] {
  const divided = Array.from(counts(rows, codes, k), (size) => new Uint32Array(size));
  const filled = new Uint32Array(k + 1);
  for (const row of rows) {
    const slot = codes[row]! < 0 ? k : codes[row]!;
    divided[slot]![filled[slot]!++] = row;
  }
  return divided;
}
