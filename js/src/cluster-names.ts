/** What clusters are called: by the labels of their images, else by what the network sees in them. No DOM. */
import type { Clusters } from "./tree";
import type { Column, Dataset } from "./wire";

/** A label that this share of a cluster bears is its name. */
const NEARLY_ALL = 0.9;

/** Nobody reads more names. */
const MOST_NAMED = 1000;

/** The clusters with a name for each, empty where there is none; `before`, where that says the same. */
export function named(
  { columns, header, tree }: Dataset,
  clusters: Clusters,
  before: Clusters | null,
): Clusters {
  if (clusters.k > MOST_NAMED || !tree) return clusters;
  const seen = seenIn(clusters, header.names ?? {});
  const labels = [...columns.values()].find(({ label }) => label);
  const names = seen.map((name, cluster) => {
    const start = clusters.start[cluster]!;
    const rows = tree.leafOrder.subarray(start, start + clusters.size[cluster]!);
    return (labels && labelOf(labels, rows)) || name;
  });
  const isSame =
    before?.node === clusters.node && before.names.every((name, cluster) => name === names[cluster]);
  return isSame && before.names.length === names.length ? before : { ...clusters, names };
}

/** Clusters may be of one kind: then the class that most of their images are of may tell them apart. */
function seenIn({ node }: Clusters, names: NonNullable<Dataset["header"]["names"]>): string[] {
  const seen = Array.from(node, (merge) => {
    const [name, detail] = names[String(merge)] ?? ["", ""];
    return { name, more: detail === name ? name : `${name} (${detail})` };
  });
  const times = new Map<string, number>();
  const count = (text: string): number => times.get(text) ?? 0;
  for (const { name, more } of seen)
    for (const text of new Set([name, more])) times.set(text, count(text) + 1);
  return seen.map(({ name, more }) => (name && count(name) > 1 && count(more) === 1 ? more : name));
}

/** The label of nearly all rows; empty where they have several, or none. */
function labelOf({ values, categories }: Column, rows: Uint32Array): string {
  // What more than half of them have wins a vote in pairs (Boyer and Moore, 1981).
  let [winner, votes] = [-1, 0];
  for (const row of rows) {
    const code = values[row]!;
    if (votes === 0) winner = code;
    votes += code === winner ? 1 : -1;
  }
  let count = 0;
  for (const row of rows) if (values[row] === winner) count++;
  return winner >= 0 && count >= NEARLY_ALL * rows.length ? categories[winner]! : "";
}

/** "5", or "5 big cat". */
export const shortName = ({ names }: Clusters, cluster: number): string =>
  [String(cluster + 1), names[cluster]].filter(Boolean).join(" ");

/** "cluster 5", or "cluster 5, big cat". */
export const longName = ({ names }: Clusters, cluster: number): string =>
  [`cluster ${cluster + 1}`, names[cluster]].filter(Boolean).join(", ");

/** "Cluster 5", or "Cluster 5 · big cat". */
export const titleOf = ({ names }: Clusters, cluster: number): string =>
  [`Cluster ${cluster + 1}`, names[cluster]].filter(Boolean).join(" · ");
