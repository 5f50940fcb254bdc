import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { leafNode, rowOfLeaf, Tree } from "../src/tree";

/** Merges of two random clusters at a time, as a linkage matrix has them; leaf order is left before right. */
const trees = fc
  .record({ n: fc.integer({ min: 1, max: 24 }), seed: fc.infiniteStream(fc.nat(1000)), ties: fc.boolean() })
  .map(({ n, seed, ties }) => {
    const draw = (below: number): number => seed.next().value! % below;
    let roots = Array.from({ length: n }, (_, row) => ({ rows: [row], id: row }));
    const steps: { id: number; left: number[]; right: number[] }[] = [];
    while (roots.length > 1) {
      const [left] = roots.splice(draw(roots.length), 1) as [(typeof roots)[0]];
      const [right] = roots.splice(draw(roots.length), 1) as [(typeof roots)[0]];
      const id = n + steps.length;
      steps.push({ id, left: left.rows, right: right.rows });
      roots = [...roots, { rows: [...left.rows, ...right.rows], id }];
    }
    const order = roots[0]!.rows;
    const start = ({ left }: (typeof steps)[0]): number => order.indexOf(left[0]!);
    const tree = new Tree(
      Uint32Array.from(order),
      Uint32Array.from(steps, start),
      Uint32Array.from(steps, ({ left, right }) => left.length + right.length),
      Uint32Array.from(steps, ({ left }) => left.length),
      Float32Array.from(steps, (_, i) => (ties ? Math.floor(i / 3) : i) + 1),
    );
    return { n, tree, steps };
  });

describe("a tree", () => {
  it("has the children, parents and members of the merges it was made from", () => {
    fc.assert(
      fc.property(trees, ({ n, tree, steps }) => {
        steps.forEach(({ left, right }, merge) => {
          expect([...tree.rowsOf(tree.left(merge))].toSorted()).toEqual(left.toSorted());
          expect([...tree.rowsOf(tree.right(merge))].toSorted()).toEqual(right.toSorted());
          expect(tree.parent(tree.left(merge))).toBe(merge);
          expect(tree.parent(tree.right(merge))).toBe(merge);
        });
        expect(tree.parent(tree.root)).toBeNull();
        expect(tree.sizeOf(tree.root)).toBe(n);
        expect(rowOfLeaf(leafNode(n - 1))).toBe(n - 1);
      }),
    );
  });

  it("has the same colours whatever is asked for first", () => {
    fc.assert(
      fc.property(trees, fc.integer({ min: 1, max: 24 }), ({ n, tree }, k) => {
        const again = new Tree(tree.leafOrder, tree.leftStart, tree.size, tree.split, tree.height);
        const nodes = [...Array.from({ length: n }, (_, row) => leafNode(row)), ...tree.leftStart.keys()];
        const { node, color } = again.clusters(k);
        expect([...color]).toEqual(Array.from(node, (each) => tree.colorOf(each)));
        const fromBelow = nodes.map((each) => tree.colorOf(each));
        expect(nodes.toReversed().map((each) => again.colorOf(each))).toEqual(fromBelow.toReversed());
        expect(new Set(tree.clusters(n).color)).toEqual(new Set(Array.from({ length: n }, (_, i) => i)));
      }),
    );
  });

  it("cuts into the clusters that are left when the last merges are not made", () => {
    fc.assert(
      fc.property(trees, fc.integer({ min: -2, max: 30 }), ({ n, tree, steps }, wanted) => {
        const { k, labels, start, size } = tree.clusters(wanted);
        expect(k).toBe(Math.max(1, Math.min(wanted, n)));
        const group = Array.from({ length: n }, (_, row) => row);
        for (const { left, right } of steps.slice(0, n - k)) {
          const members = new Set([...left, ...right]);
          for (const row of members) group[row] = Math.min(...members);
        }
        for (let a = 0; a < n; a++) {
          for (let b = 0; b < a; b++) expect(labels[a] === labels[b]).toBe(group[a] === group[b]);
        }
        // Numbered in leaf order, each an interval of it.
        const along = [...tree.leafOrder].map((row) => labels[row]!);
        expect(along).toEqual(along.toSorted((a, b) => a - b));
        expect([...start]).toEqual(Array.from({ length: k }, (_, cluster) => along.indexOf(cluster)));
        expect([...size].reduce((a, b) => a + b, 0)).toBe(n);
      }),
    );
  });

  it("gives k clusters the colours 0 … k-1, and a split leaves the larger part its colour", () => {
    fc.assert(
      fc.property(trees, ({ n, tree }) => {
        for (let k = 1; k < n; k++) {
          const before = tree.clusters(k);
          const after = tree.clusters(k + 1);
          expect([...after.color].toSorted((a, b) => a - b)).toEqual(
            Array.from({ length: k + 1 }, (_, c) => c),
          );
          const colorOfRow = (row: number): number => after.color[after.labels[row]!]!;
          before.node.forEach((node, cluster) => {
            const rows = [...tree.rowsOf(node)];
            const kept = rows.filter((row) => colorOfRow(row) === before.color[cluster]).length;
            expect(kept * 2).toBeGreaterThanOrEqual(rows.length);
          });
        }
      }),
    );
  });

  it("counts the clusters at a height as the merges above it, and finds a height for a count", () => {
    fc.assert(
      fc.property(trees, ({ n, tree }) => {
        for (const height of [0, ...tree.height]) {
          const above = [...tree.height].filter((merge) => merge > height).length;
          expect(tree.countAtHeight(height)).toBe(above + 1);
        }
        for (let k = 1; k <= n; k++) {
          const below = k < n ? tree.height[n - k - 1]! : 0;
          const above = k > 1 ? tree.height[n - k]! : Number.POSITIVE_INFINITY;
          const height = tree.heightForCount(k);
          expect(height).toBeGreaterThanOrEqual(below);
          expect(height).toBeLessThanOrEqual(above);
          if (below < above) expect(tree.countAtHeight(height)).toBe(k);
        }
      }),
    );
  });
});
