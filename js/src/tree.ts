/**
 * The dendrogram as arrays in leaf order (twin: imgclust_jupyter/clustering/tree.py).
 *
 * A node is a number: the merge's index (row of the linkage matrix, ascending in height, root last), or
 * -1 - row for the leaf of that row. The leaves of every node are an interval of `leafOrder`, so that
 * nothing here is recursive.
 */

export interface Clusters {
  k: number;
  /** Cluster of each row, 0-based in leaf order. */
  labels: Int32Array;
  /** First leaf position of each cluster. */
  start: Uint32Array;
  size: Uint32Array;
  /** Colour index of each cluster; a palette takes it modulo its length. */
  color: Int32Array;
  /** The node at the root of each cluster. */
  node: Int32Array;
  /** What each is called, empty where it has no name; see cluster-names.ts. */
  names: readonly string[];
}

export const leafNode = (row: number): number => -1 - row;
export const rowOfLeaf = (node: number): number => -1 - node;

const NO_PARENT = -1;

/** What only some views ask for is worked out when they do: most of a large tree is never looked at. */
export class Tree {
  readonly n: number;
  readonly leafOrder: Uint32Array;
  readonly leftStart: Uint32Array;
  readonly size: Uint32Array;
  /** Number of leaves in the left (upper) child. */
  readonly split: Uint32Array;
  readonly height: Float32Array;
  private readonly shownColors: readonly number[];
  private readonly leftChild: Int32Array;
  private readonly rightChild: Int32Array;
  private positions: Uint32Array | undefined;
  /** Of each node, by its slot. */
  private parents: Int32Array | undefined;
  private readonly colors: Int32Array;
  /** The lowest merge whose children have their colours. */
  private painted: number;

  constructor(
    leafOrder: Uint32Array,
    leftStart: Uint32Array,
    size: Uint32Array,
    split: Uint32Array,
    height: Float32Array,
    shownColors: readonly number[] = [],
  ) {
    this.n = leafOrder.length;
    this.leafOrder = leafOrder;
    this.leftStart = leftStart;
    this.size = size;
    this.split = split;
    this.height = height;
    this.shownColors = shownColors;
    const merges = leftStart.length;
    this.leftChild = new Int32Array(merges);
    this.rightChild = new Int32Array(merges);
    this.colors = new Int32Array(merges + this.n);
    this.painted = merges;
    this.link();
  }

  /** Children from the intervals: merges come bottom-up, so the node that starts at a position is the last seen there. */
  private link(): void {
    const { leafOrder, leftStart, split, leftChild, rightChild } = this;
    const nodeAt = new Int32Array(leafOrder.length);
    for (let position = 0; position < nodeAt.length; position++) nodeAt[position] = -1 - leafOrder[position]!;
    for (let merge = 0; merge < leftStart.length; merge++) {
      const start = leftStart[merge]!;
      leftChild[merge] = nodeAt[start]!;
      rightChild[merge] = nodeAt[start + split[merge]!]!;
      nodeAt[start] = merge;
    }
  }

  /** Where a node stands among all nodes: merges, then leaves. */
  private slot(node: number): number {
    return node < 0 ? this.leftStart.length + rowOfLeaf(node) : node;
  }

  /**
   * Colours belong to nodes: undoing merges from the top, the t-th gives its larger child its own colour
   * (ties: left) and the smaller one colour t. So k clusters use the colours 0 … k-1 once each, and a
   * cluster that splits keeps its colour in its larger part.
   */
  private paintDownTo(lowest: number): void {
    while (this.painted > lowest) {
      const merge = --this.painted;
      const left = this.slot(this.leftChild[merge]!);
      const right = this.slot(this.rightChild[merge]!);
      const leftIsLarger = 2 * this.split[merge]! >= this.size[merge]!;
      this.colors[leftIsLarger ? left : right] = this.colors[merge]!;
      this.colors[leftIsLarger ? right : left] = this.leftStart.length - merge;
    }
  }

  /** Position in `leafOrder` of each row. */
  get positionOfRow(): Uint32Array {
    if (!this.positions) {
      this.positions = new Uint32Array(this.n);
      for (let position = 0; position < this.n; position++)
        this.positions[this.leafOrder[position]!] = position;
    }
    return this.positions;
  }

  /** The root: the last merge, or the only leaf. */
  get root(): number {
    return this.n > 1 ? this.n - 2 : leafNode(this.leafOrder[0]!);
  }

  left(merge: number): number {
    return this.leftChild[merge]!;
  }

  right(merge: number): number {
    return this.rightChild[merge]!;
  }

  /** The merge above a node, or null above the root. */
  parent(node: number): number | null {
    if (!this.parents) {
      this.parents = new Int32Array(this.colors.length).fill(NO_PARENT);
      for (let merge = 0; merge < this.leftStart.length; merge++) {
        this.parents[this.slot(this.leftChild[merge]!)] = merge;
        this.parents[this.slot(this.rightChild[merge]!)] = merge;
      }
    }
    const parent = this.parents[this.slot(node)];
    return parent === undefined || parent === NO_PARENT ? null : parent;
  }

  /** Leaf position where a node's interval begins. */
  startOf(node: number): number {
    return node < 0 ? this.positionOfRow[rowOfLeaf(node)]! : this.leftStart[node]!;
  }

  sizeOf(node: number): number {
    return node < 0 ? 1 : this.size[node]!;
  }

  /** Distance at which a node was merged; leaves stand at 0. */
  heightOf(node: number): number {
    return node < 0 ? 0 : this.height[node]!;
  }

  /** Colour index a node has whenever it is a cluster of its own. */
  colorOf(node: number): number {
    // A parent comes after its children.
    this.paintDownTo(Math.max(0, node + 1));
    const color = this.colors[this.slot(node)]!;
    return this.shownColors[color] ?? color;
  }

  /** Rows of a node in leaf order (a view, not a copy). */
  rowsOf(node: number): Uint32Array {
    const start = this.startOf(node);
    return this.leafOrder.subarray(start, start + this.sizeOf(node));
  }

  /** The flat clusters left after undoing the last k-1 merges; k is clamped to 1 … n. */
  clusters(nClusters: number): Clusters {
    const k = Math.max(1, Math.min(Math.floor(nClusters), this.n));
    const firstUndone = this.n - k;
    // The root of the cluster that begins at each leaf position where one begins.
    const rootAt = new Int32Array(this.n);
    if (k === 1) rootAt[0] = this.root;
    for (let merge = firstUndone; merge < this.n - 1; merge++) {
      const [left, right] = [this.leftChild[merge]!, this.rightChild[merge]!];
      if (left < firstUndone) rootAt[this.startOf(left)] = left;
      if (right < firstUndone) rootAt[this.startOf(right)] = right;
    }
    const node = new Int32Array(k);
    const start = new Uint32Array(k);
    const size = new Uint32Array(k);
    const color = new Int32Array(k);
    const labels = new Int32Array(this.n);
    for (let cluster = 0, position = 0; cluster < k; cluster++) {
      const root = rootAt[position]!;
      node[cluster] = root;
      start[cluster] = position;
      size[cluster] = this.sizeOf(root);
      color[cluster] = this.colorOf(root);
      for (const end = position + size[cluster]!; position < end; position++)
        labels[this.leafOrder[position]!] = cluster;
    }
    return { k, labels, start, size, color, node, names: [] };
  }

  /** Number of clusters when merges up to and at this height stay together (scipy's "distance" criterion). */
  countAtHeight(height: number): number {
    let low = 0;
    let high = this.height.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.height[middle]! <= height) low = middle + 1;
      else high = middle;
    }
    return this.n - low;
  }

  /** The middle between the two merge heights around a cut; a little above the root for one cluster. */
  heightForCount(nClusters: number): number {
    const k = Math.max(1, Math.min(Math.floor(nClusters), this.n));
    if (this.n < 2) return 0;
    if (k === 1) return this.height[this.n - 2]! * 1.05;
    const above = this.height[this.n - k]!;
    const below = k === this.n ? 0 : this.height[this.n - k - 1]!;
    return (above + below) / 2;
  }
}
