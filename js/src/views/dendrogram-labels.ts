/** Where the names of clusters stand beside the leaves; no DOM. */
import { clusterAt, type Scene } from "./dendrogram-scene";

export interface PlacedLabel {
  cluster: number;
  y: number;
}

const LINE = 14;
/** Side of the patch of colour before a name. */
export const SWATCH = 7;
/** A name further than this from its cluster would seem to be another's. */
const FARTHEST = 18;

interface Wish extends PlacedLabel {
  /** Height of the cluster's visible part. */
  room: number;
}

/** Neighbours make way for each other a little; where that is not enough, the smallest of them goes without a name. */
export function placeLabels(scene: Pick<Scene, "tree" | "clusters" | "view" | "frame">): PlacedLabel[] {
  const most = Math.floor(scene.frame.height / LINE);
  const wishes = visible(scene)
    .toSorted((a, b) => b.room - a.room)
    .slice(0, most)
    .sort((a, b) => a.cluster - b.cluster);
  for (;;) {
    const runs = apart(wishes, scene.frame.height);
    const crowded = runs.find(({ top, members }) =>
      members.some(({ y, room }, i) => Math.abs(top + i * LINE - y) - room / 2 > FARTHEST),
    );
    if (!crowded)
      return runs.flatMap(({ top, members }) =>
        members.map(({ cluster }, i) => ({ cluster, y: top + i * LINE })),
      );
    const smallest = crowded.members.reduce((a, b) => (b.room < a.room ? b : a));
    wishes.splice(wishes.indexOf(smallest), 1);
  }
}

function visible({
  tree,
  clusters,
  view,
  frame,
}: Pick<Scene, "tree" | "clusters" | "view" | "frame">): Wish[] {
  const start = tree.startOf(view.branch);
  const end = start + tree.sizeOf(view.branch);
  const toY = (position: number) =>
    Math.min(frame.height, Math.max(0, (position - view.first) * view.rowHeight));
  const wishes: Wish[] = [];
  for (let cluster = clusterAt(clusters, Math.max(start, view.first)); cluster < clusters.k; cluster++) {
    const first = clusters.start[cluster]!;
    const y0 = toY(Math.max(start, first));
    const y1 = toY(Math.min(end, first + clusters.size[cluster]!));
    if (first >= end || y0 >= frame.height) break;
    // Of a crowd of clusters thinner than this, no name could say which one it means.
    if (y1 - y0 >= 2) wishes.push({ cluster, y: (y0 + y1) / 2, room: y1 - y0 });
  }
  return wishes;
}

interface Run {
  top: number;
  members: Wish[];
}

/** Moves names apart to a line's distance, each as little as possible: those that touch are centred on their wishes. */
function apart(wishes: readonly Wish[], height: number): Run[] {
  const low = LINE / 2;
  const placed = (members: Wish[]): Run => {
    const room = (members.length - 1) * LINE;
    const centred = members.reduce((sum, { y }) => sum + y, 0) / members.length - room / 2;
    return { top: Math.max(low, Math.min(height - low - room, centred)), members };
  };
  const runs: Run[] = [];
  for (const wish of wishes) {
    let run = placed([wish]);
    for (
      let above = runs.at(-1);
      above && run.top < above.top + above.members.length * LINE;
      above = runs.at(-1)
    ) {
      runs.pop();
      run = placed([...above.members, ...run.members]);
    }
    runs.push(run);
  }
  return runs;
}
