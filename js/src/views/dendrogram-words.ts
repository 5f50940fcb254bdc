/** What the dendrogram says about a branch: in the tooltip, and to a screen reader. */
import { longName } from "../cluster-names";
import { formatCount, formatLinkage, formatShare, formatValue, plural } from "../format";
import type { Clusters, Header, Tree } from "../store";
import { countIn } from "./dendrogram-marks";
import { clusterAt, shownIn } from "./dendrogram-scene";

export interface BranchWords {
  title: string;
  lines: string[];
}

export function describeBranch(
  tree: Tree,
  node: number,
  name: string,
  clusters: Clusters,
  selectedBefore: Uint32Array,
  shownBefore: Uint32Array | null,
): BranchWords {
  const [start, size] = [tree.startOf(node), tree.sizeOf(node)];
  const first = clusterAt(clusters, start);
  const last = clusterAt(clusters, start + size - 1);
  const selected = countIn(selectedBefore, start, start + size);
  const lines: string[] = name && first !== last ? [name] : [];
  if (node >= 0) lines.push(`joined at distance ${formatValue(tree.heightOf(node))}`);
  lines.push(
    first === last ? longName(clusters, first) : `${last - first + 1} clusters, ${first + 1} to ${last + 1}`,
  );
  const shown = shownIn(shownBefore, start, start + size);
  if (shown < size) lines.push(size === 1 ? "filtered out" : `${formatCount(shown)} of them shown`);
  if (selected === size && size > 1) lines.push("all selected");
  else if (selected > 0)
    lines.push(
      size === 1 ? "selected" : `${formatCount(selected)} selected (${formatShare(selected / size)})`,
    );
  return { title: plural(size, "image"), lines };
}

/** What the distances are: "cosine distance, Ward". */
export function distanceName({ metric, linkage }: Pick<Header, "metric" | "linkage">): string {
  return [metric && `${metric} distance`, formatLinkage(linkage)].filter(Boolean).join(", ");
}

/** How many there are of a cluster, in few characters: " · 12 of 41", or " · 12" where there is no room for that. */
export function clusterCounts(shown: number, size: number): string[] {
  const short = ` · ${shortCount(shown)}`;
  return shown === size ? [short] : [`${short} of ${shortCount(size)}`, short];
}

/** Characters that the longest label may have; found without writing each, as there may be thousands. */
export function longestLabel({ k, size, names }: Clusters, isFiltered: boolean): number {
  const below = (limit: number) =>
    size.reduce((most, each) => (each < limit && each > most ? each : most), 0);
  const counts = [below(SHORTENED), below(Number.POSITIVE_INFINITY)].map((count) => shortCount(count).length);
  const longest = Math.max(...counts);
  const name = Math.min(
    LONGEST_NAME,
    names.reduce((most, each) => Math.max(most, each.length + 1), 0),
  );
  return String(k).length + name + " · ".length + longest + (isFiltered ? " of ".length + longest : 0);
}

const SHORTENED = 10_000;

/** Longer ones are cut off rather than take the room of the tree. */
const LONGEST_NAME = 20;

const shortCount = (count: number): string =>
  count < SHORTENED ? formatCount(count) : `${formatCount(count / 1000)}k`;
