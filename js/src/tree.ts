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

export class Tree {
  readonly n: number;
  readonly leafOrder: Uint32Array;
  /** Position in `leafOrder` of each row. */
  readonly positionOfRow: Uint32Array;
  readonly leftStart: Uint32Array;
  readonly size: Uint32Array;
  /** Number of leaves in the left (upper) child. */
  readonly split: Uint32Array;
  readonly height: Float32Array;
  private readonly shownColors: readonly number[];
  private readonly leftChild: Int32Array;
  private readonly rightChild: Int32Array;
  private readonly parentOfMerge: Int32Array;
  private readonly parentOfRow: Int32Array;
  private readonly colorOfMerge: Int32Array;
  private readonly colorOfRow: Int32Array;

  constructor(
    leafOrder: Uint32Array,
    leftStart: Uint32Array,
    size: Uint32Array,
    split: Uint32Array,
    height: Float32Array,
    shownColors: readonly number[] = [],
  ) {
    const n = leafOrder.length;
    this.n = n;
    this.leafOrder = leafOrder;
    this.leftStart = leftStart;
    this.size = size;
    this.split = split;
    this.height = height;
    this.shownColors = shownColors;
    this.positionOfRow = new Uint32Array(n);
    leafOrder.forEach((row, position) => {
      this.positionOfRow[row] = position;
    });
    const merges = leftStart.length;
    this.leftChild = new Int32Array(merges);
    this.rightChild = new Int32Array(merges);
    this.parentOfMerge = new Int32Array(merges).fill(NO_PARENT);
    this.parentOfRow = new Int32Array(n).fill(NO_PARENT);
    this.colorOfMerge = new Int32Array(merges);
    this.colorOfRow = new Int32Array(n);
    this.link();
    this.paint();
  }

  /** Children and parents from the intervals: merges come bottom-up, so the node that starts at a position is the last seen there. */
  private link(): void {
    const nodeAt = new Int32Array(this.n);
    for (let position = 0; position < this.n; position++)
      nodeAt[position] = leafNode(this.leafOrder[position]!);
    for (let merge = 0; merge < this.leftStart.length; merge++) {
      const start = this.leftStart[merge]!;
      const left = nodeAt[start]!;
      const right = nodeAt[start + this.split[merge]!]!;
      this.leftChild[merge] = left;
      this.rightChild[merge] = right;
      this.setParent(left, merge);
      this.setParent(right, merge);
      nodeAt[start] = merge;
    }
  }

  private setParent(node: number, merge: number): void {
    if (node < 0) this.parentOfRow[rowOfLeaf(node)] = merge;
    else this.parentOfMerge[node] = merge;
  }

  /**
   * Colours belong to nodes: undoing merges from the top, the t-th gives its larger child its own colour
   * (ties: left) and the smaller one colour t. So k clusters use the colours 0 … k-1 once each, and a
   * cluster that splits keeps its colour in its larger part.
   */
  private paint(): void {
    const merges = this.leftStart.length;
    for (let t = 1; t <= merges; t++) {
      const merge = merges - t;
      const left = this.leftChild[merge]!;
      const right = this.rightChild[merge]!;
      const leftIsLarger = 2 * this.split[merge]! >= this.size[merge]!;
      this.setColor(leftIsLarger ? left : right, this.colorOfMerge[merge]!);
      this.setColor(leftIsLarger ? right : left, t);
    }
  }

  private setColor(node: number, color: number): void {
    if (node < 0) this.colorOfRow[rowOfLeaf(node)] = color;
    else this.colorOfMerge[node] = color;
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
    const parent = node < 0 ? this.parentOfRow[rowOfLeaf(node)] : this.parentOfMerge[node];
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
    const color = node < 0 ? this.colorOfRow[rowOfLeaf(node)]! : this.colorOfMerge[node]!;
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
