/** What the kernel says of a comparison (twin: imgclust_jupyter/widget/tanglegram.py). */
import type { Model } from "../model";

export interface Cluster {
  number: number;
  /** Empty where it has none. */
  name: string;
  size: number;
  /** CSS, that of the left counterpart; empty where there is none. */
  color: string;
}

/** Children below the number of clusters are clusters, the others merges; merges are ascending. */
export type Merge = readonly [child: number, other: number, height: number];

export interface Side {
  title: string;
  clusters: readonly Cluster[];
  merges: readonly Merge[];
  /** The height of the cut. */
  base: number;
}

/** Places of the clusters on either side, and whether they are each other's counterparts. */
export type Ribbon = readonly [left: number, right: number, count: number, counterparts: boolean];

export interface Drawing {
  version: number;
  words: string;
  moved: number;
  details: readonly string[];
  /** Left and right; none where there are too many clusters. */
  sides: readonly [Side, Side] | readonly [];
  ribbons: readonly Ribbon[];
}

/** How many selected images there are: in all, in each cluster of either side, in each ribbon. */
export interface Shares {
  count: number;
  sides: readonly [readonly number[], readonly number[]] | readonly [];
  ribbons: readonly number[];
}

export type ComparisonModel = Model<{ drawing: Drawing; shares: Shares }>;

export type Mode = "replace" | "add" | "toggle";

/** What is selected: images of a left and a right cluster by their numbers, or those that moved; else none. */
export interface Wanted {
  a?: number | undefined;
  b?: number | undefined;
  moved?: boolean;
}
