/** Clusters and ribbons in words. */
import type { Cluster, Drawing, Side } from "./wire";

export interface Words {
  title: string;
  lines: readonly string[];
}

export const imagesText = (count: number): string =>
  count === 1 ? "1 image" : `${count.toLocaleString("en")} images`;

/** "5 big cat" */
export const labelOf = ({ number, name }: Cluster): string => (name ? `${number} ${name}` : String(number));

const WHERE = ["left", "right"] as const;

export function ribbonWords({ sides, ribbons }: Drawing, index: number): Words {
  const [i, j, count, counterparts] = ribbons[index]!;
  const [a, b] = (sides as readonly [Side, Side]).map(({ clusters }, side) => clusters[side ? j : i]!) as [
    Cluster,
    Cluster,
  ];
  const of = ({ size }: Cluster) => `${Math.round((100 * count) / size)} %`;
  return {
    title: `${labelOf(a)} on the left, ${labelOf(b)} on the right`,
    lines: [
      `${imagesText(count)}: ${of(a)} of the left cluster, ${of(b)} of the right one`,
      counterparts ? "Counterparts" : "Moved",
    ],
  };
}

export function clusterWords({ sides, ribbons }: Drawing, side: 0 | 1, index: number): Words {
  const cluster = sides[side]!.clusters[index]!;
  const match = ribbons.find((ribbon) => ribbon[3] && ribbon[side] === index);
  const other = match && sides[1 - side]!.clusters[match[1 - side] as number]!;
  return {
    title: `Cluster ${labelOf(cluster)} on the ${WHERE[side]}`,
    lines: [
      imagesText(cluster.size),
      match && other
        ? `Counterpart: ${labelOf(other)}, which has ${match[2] === cluster.size ? "all" : match[2]} of them`
        : "No counterpart",
    ],
  };
}
