import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bitset } from "../src/selection";
import type { Tree } from "../src/tree";
import { placeLabels } from "../src/views/dendrogram-labels";
import { countBefore, selectionMarks } from "../src/views/dendrogram-marks";
import {
  betweenViews,
  clampView,
  distanceAt,
  fitBranch,
  MAX_ROW_HEIGHT,
  panView,
  revealRange,
  shareOf,
  zoomView,
} from "../src/views/dendrogram-view";
import { walk } from "../src/views/dendrogram-walk";
import { caterpillar, trees } from "./trees";

const HEIGHT = 400;
const share = fc.double({ min: 0, max: 1, noNaN: true });

describe("zooming and panning", () => {
  it("holds the leaf under the pointer while zooming in and back out", () => {
    fc.assert(
      fc.property(trees, share, share, (tree, at, zoom) => {
        const fit = fitBranch(tree, tree.root, HEIGHT);
        const y = at * HEIGHT;
        const before = fit.first + y / fit.rowHeight;
        const near = zoomView(tree, fit, 1 + 20 * zoom, y, HEIGHT);
        if (before > 0 && before < tree.n && tree.n * near.rowHeight > HEIGHT) {
          expect(near.first + y / near.rowHeight).toBeCloseTo(before, 6);
        }
        expect(zoomView(tree, near, 1e-9, y, HEIGHT)).toEqual(fit);
      }),
    );
  });

  it("never leaves the branch, and never makes rows taller than the largest picture", () => {
    fc.assert(
      fc.property(trees, fc.nat(), share, fc.integer({ min: -1e6, max: 1e6 }), (tree, pick, zoom, pixels) => {
        const branch = pick % (tree.n - 1);
        const fit = fitBranch(tree, branch, HEIGHT);
        const view = panView(tree, zoomView(tree, fit, 1 + 1000 * zoom, 10, HEIGHT), pixels, HEIGHT);
        const [start, size] = [tree.startOf(branch), tree.sizeOf(branch)];
        const [top, bottom] = [view.first, view.first + HEIGHT / view.rowHeight];
        expect(view.rowHeight).toBeLessThanOrEqual(MAX_ROW_HEIGHT);
        if (size * view.rowHeight >= HEIGHT) {
          expect(top).toBeGreaterThanOrEqual(start - 1e-6);
          expect(bottom).toBeLessThanOrEqual(start + size + 1e-6);
        } else {
          expect(start - top).toBeCloseTo(bottom - start - size, 6);
        }
      }),
    );
  });

  it("scrolls as little as needed to show a range", () => {
    const tree = caterpillar(1000);
    const view = clampView(
      tree,
      { branch: tree.root, first: 500, rowHeight: 10, farthest: 1, power: 1 },
      HEIGHT,
    );
    expect(revealRange(tree, view, 510, 5, HEIGHT).first).toBe(500);
    expect(revealRange(tree, view, 545, 5, HEIGHT).first).toBe(510);
    expect(revealRange(tree, view, 100, 5, HEIGHT).first).toBe(100);
    expect(revealRange(tree, view, 400, 300, HEIGHT).first).toBe(400);
  });

  it("moves from one view to another without leaving the way between them", () => {
    fc.assert(
      fc.property(trees, fc.nat(), share, (tree, pick, t) => {
        const from = fitBranch(tree, tree.root, HEIGHT);
        const to = fitBranch(tree, pick % (tree.n - 1), HEIGHT);
        const at = betweenViews(tree, from, to, t);
        const bottom = (view: typeof at) => view.first + HEIGHT / view.rowHeight;
        expect(at.first).toBeGreaterThanOrEqual(Math.min(from.first, to.first) - 1e-6);
        expect(bottom(at)).toBeLessThanOrEqual(Math.max(bottom(from), bottom(to)) + 1e-6);
        const [start, end] = [betweenViews(tree, from, to, 0), betweenViews(tree, from, to, 1)];
        expect(start.first).toBeCloseTo(from.first, 9);
        expect(end.rowHeight).toBeCloseTo(to.rowHeight, 9);
      }),
    );
  });
});

describe("the scale of distances", () => {
  it("is linear or by square roots, from the leaves to the edge, and can be read back", () => {
    fc.assert(
      fc.property(trees, share, fc.constantFrom(1, 0.5, 0.8), (tree, at, power) => {
        const view = fitBranch(tree, tree.root, HEIGHT, power);
        expect(shareOf(view, 0)).toBe(0);
        expect(shareOf(view, view.farthest)).toBe(1);
        expect(shareOf(view, at * view.farthest)).toBeCloseTo(at ** power, 9);
        expect(distanceAt(view, shareOf(view, at * view.farthest))).toBeCloseTo(at * view.farthest, 6);
        // The root's line stands as far inside the edge on every scale.
        if (tree.heightOf(tree.root) > 0)
          expect(shareOf(view, tree.heightOf(tree.root))).toBeCloseTo(1 / 1.06, 9);
      }),
    );
  });
});

describe("placeLabels", () => {
  const placed = (tree: Tree, k: number, zoom: number) => {
    const view = zoomView(tree, fitBranch(tree, tree.root, HEIGHT), zoom, HEIGHT / 2, HEIGHT);
    const clusters = tree.clusters(k);
    const labels = placeLabels({ tree, clusters, view, frame: { width: 100, height: HEIGHT } });
    return { view, clusters, labels };
  };

  it("keeps names in order, a line apart, in view, and beside their clusters", () => {
    fc.assert(
      fc.property(trees, fc.integer({ min: 1, max: 300 }), share, (tree, k, zoom) => {
        const { view, clusters, labels } = placed(tree, k, 1 + 20 * zoom);
        labels.forEach(({ cluster, y }, i) => {
          const top = (clusters.start[cluster]! - view.first) * view.rowHeight;
          const bottom = top + clusters.size[cluster]! * view.rowHeight;
          expect(y).toBeGreaterThanOrEqual(top - 18);
          expect(y).toBeLessThanOrEqual(bottom + 18);
          expect(y).toBeGreaterThan(0);
          expect(y).toBeLessThan(HEIGHT);
          if (i > 0) expect(cluster).toBeGreaterThan(labels[i - 1]!.cluster);
          if (i > 0) expect(y - labels[i - 1]!.y).toBeGreaterThanOrEqual(14 - 1e-6);
        });
      }),
    );
  });

  it("names every cluster that is as tall as its name, in its middle", () => {
    const { labels } = placed(caterpillar(100), 1, 1);
    expect(labels).toEqual([{ cluster: 0, y: HEIGHT / 2 }]);
    fc.assert(
      fc.property(trees, fc.integer({ min: 1, max: 12 }), (tree, k) => {
        const { view, clusters, labels } = placed(tree, k, 1);
        const tall = Array.from(clusters.size.keys()).filter((i) => clusters.size[i]! * view.rowHeight >= 30);
        for (const cluster of tall) expect(labels.map((label) => label.cluster)).toContain(cluster);
      }),
    );
  });
});

describe("selectionMarks", () => {
  it("marks every selected leaf in view, with the true share where leaves are larger than a pixel", () => {
    fc.assert(
      fc.property(trees, fc.array(fc.nat(299)), share, share, (tree, rows, zoom, scroll) => {
        const selected = Bitset.of(
          tree.n,
          rows.filter((row) => row < tree.n),
        );
        const height = 100;
        const fit = fitBranch(tree, tree.root, height);
        const view = panView(tree, zoomView(tree, fit, 1 + 8 * zoom, 0, height), scroll * 3000, height);
        const marks = selectionMarks(countBefore(tree, selected), view, height);
        for (let position = 0; position < tree.n; position++) {
          const y = (position + 0.5 - view.first) * view.rowHeight;
          if (y <= 0 || y >= height) continue;
          const covering = marks.filter((mark) => mark.y0 - 1 <= y && y <= mark.y1 + 1);
          const exact = marks.filter((mark) => mark.y0 < y && y < mark.y1);
          if (selected.has(tree.leafOrder[position]!)) expect(covering.length).toBeGreaterThan(0);
          if (view.rowHeight >= 1) {
            expect(exact.map((mark) => mark.share)).toEqual(
              selected.has(tree.leafOrder[position]!) ? [1] : [],
            );
          }
        }
        for (const mark of marks) expect(mark.share > 0 && mark.share <= 1).toBe(true);
      }),
    );
  });
});

describe("walk", () => {
  it("goes down and up the same way, and from sibling to sibling", () => {
    fc.assert(
      fc.property(trees, fc.nat(), (tree, pick) => {
        const merge = pick % (tree.n - 1);
        const upper = walk(tree, merge, "child", tree.root);
        expect(upper).toBe(tree.left(merge));
        expect(walk(tree, upper, "parent", tree.root)).toBe(merge);
        const lower = walk(tree, upper, "next", tree.root);
        expect(lower).toBe(tree.right(merge));
        expect(walk(tree, lower, "previous", tree.root)).toBe(upper);
      }),
    );
  });

  it("stays within the branch that is in view", () => {
    const steps = fc.array(fc.constantFrom("child", "next", "previous", "parent"), { maxLength: 40 });
    fc.assert(
      fc.property(trees, fc.nat(), steps, (tree, pick, directions) => {
        const branch = pick % (tree.n - 1);
        let node = branch;
        for (const direction of directions) {
          node = walk(tree, node, direction, branch);
          expect(tree.startOf(node)).toBeGreaterThanOrEqual(tree.startOf(branch));
          expect(tree.startOf(node) + tree.sizeOf(node)).toBeLessThanOrEqual(
            tree.startOf(branch) + tree.sizeOf(branch),
          );
        }
      }),
    );
  });
});
