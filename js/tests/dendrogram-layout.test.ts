import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { leafNode, type Tree } from "../src/tree";
import { branchAt } from "../src/views/dendrogram-hit";
import { COLLAPSE_BELOW, layoutTree, PICTURED_BRANCH, PICTURED_ROW } from "../src/views/dendrogram-layout";
import { heavyChild, middleOf, treePaths } from "../src/views/dendrogram-paths";
import { fitBranch, panView, type TreeView, zoomView } from "../src/views/dendrogram-view";
import { caterpillar, mergedTree, trees } from "./trees";

/** Small, so that trees of a few hundred leaves are drawn with many leaves to the pixel. */
const FRAME = { width: 90, height: 60 };

/** A tree, zoomed and scrolled anywhere within one of its branches. */
const scenes = fc
  .tuple(
    trees,
    fc.nat(),
    fc.double({ min: 0, max: 6, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
  )
  .map(([tree, branch, zoom, scroll]) => {
    const fit = fitBranch(tree, branch % (tree.n - 1), FRAME.height);
    const zoomed = zoomView(tree, fit, 2 ** zoom, 0, FRAME.height);
    const pixels = scroll * tree.sizeOf(fit.branch) * zoomed.rowHeight;
    return { tree, view: panView(tree, zoomed, pixels, FRAME.height) };
  });

const draw = (tree: Tree, view: TreeView) => layoutTree(tree, treePaths(tree), view, FRAME);
const toX = (tree: Tree, view: TreeView, node: number) =>
  FRAME.width * (1 - tree.heightOf(node) / view.farthest);
const toY = (view: TreeView, position: number) => (position - view.first) * view.rowHeight;

describe("treePaths", () => {
  it("puts every merge on one path, followed there by its larger child", () => {
    fc.assert(
      fc.property(trees, (tree) => {
        const { order, place, end } = treePaths(tree);
        expect(Array.from(order).sort((a, b) => a - b)).toEqual(Array.from(order.keys()));
        for (const merge of order) {
          const after = place[merge]! + 1;
          const heavy = heavyChild(tree, merge);
          expect(order[place[merge]!]).toBe(merge);
          if (after < end[merge]!) expect(order[after]).toBe(heavy);
          else expect(heavy).toBeLessThan(0);
        }
      }),
    );
  });
});

describe("layoutTree", () => {
  it("shows every leaf in view once: by its own line, or within one wedge", () => {
    fc.assert(
      fc.property(scenes, ({ tree, view }) => {
        const { stems, wedges } = draw(tree, view);
        const shown = new Uint8Array(tree.n);
        for (const { node } of stems) {
          if (node < 0 && view.rowHeight >= COLLAPSE_BELOW) shown[tree.startOf(node)]!++;
        }
        for (const { first, last } of wedges) for (let i = first; i < last; i++) shown[i]!++;
        const start = tree.startOf(view.branch);
        for (let i = start; i < start + tree.sizeOf(view.branch); i++) {
          const isInView = toY(view, i + 1) > 1e-6 && toY(view, i) < FRAME.height - 1e-6;
          if (isInView) expect(shown[i]).toBe(1);
        }
      }),
    );
  });

  it("collapses only what is narrower than two pixels in view", () => {
    fc.assert(
      fc.property(scenes, ({ tree, view }) => {
        for (const { y0, y1 } of draw(tree, view).wedges) {
          expect(Math.min(FRAME.height, y1) - Math.max(0, y0)).toBeLessThan(COLLAPSE_BELOW);
        }
      }),
    );
  });

  it("draws nothing that lies wholly outside the view", () => {
    fc.assert(
      fc.property(scenes, ({ tree, view }) => {
        const { stems, wedges, bars } = draw(tree, view);
        for (const { node } of [...stems, ...bars]) {
          const start = tree.startOf(node);
          expect(toY(view, start + tree.sizeOf(node))).toBeGreaterThan(0);
          expect(toY(view, start)).toBeLessThan(FRAME.height);
        }
        for (const { y0, y1 } of wedges) {
          expect(y1).toBeGreaterThan(0);
          expect(y0).toBeLessThan(FRAME.height);
        }
      }),
    );
  });

  it("draws each merge that is two pixels or taller where its distance and its children say, to a pixel", () => {
    fc.assert(
      fc.property(scenes, ({ tree, view }) => {
        const { middle } = treePaths(tree);
        const { bars } = draw(tree, view);
        for (let merge = 0; merge < tree.n - 1; merge++) {
          const start = tree.startOf(merge);
          const isInBranch =
            start >= tree.startOf(view.branch) &&
            start + tree.sizeOf(merge) <= tree.startOf(view.branch) + tree.sizeOf(view.branch);
          if (!isInBranch || tree.sizeOf(merge) * view.rowHeight < COLLAPSE_BELOW) continue;
          const y0 = Math.max(0, toY(view, middleOf(tree, middle, tree.left(merge))));
          const y1 = Math.min(FRAME.height, toY(view, middleOf(tree, middle, tree.right(merge))));
          if (y0 >= y1) continue;
          const x = toX(tree, view, merge);
          const isDrawn = bars.some(
            (bar) => Math.abs(bar.x - x) <= 1.001 && bar.y0 <= y0 + 1.001 && bar.y1 >= y1 - 1.001,
          );
          expect(isDrawn, `merge ${merge} at x ${x}, y ${y0} to ${y1}`).toBe(true);
        }
      }),
    );
  });

  it("places pictures apart from each other, one within every branch that is tall enough and for every row that is", () => {
    fc.assert(
      fc.property(scenes, ({ tree, view }) => {
        const { pictures } = draw(tree, view);
        const sorted = pictures.toSorted((a, b) => a.y0 - b.y0);
        for (let i = 1; i < sorted.length; i++) {
          expect(sorted[i]!.y0).toBeGreaterThanOrEqual(sorted[i - 1]!.y1 - 1e-6);
        }
        const isRow = view.rowHeight >= PICTURED_ROW;
        const nodes = [
          ...Array.from({ length: tree.n - 1 }, (_, merge) => merge),
          ...Array.from(tree.leafOrder, leafNode),
        ];
        for (const node of nodes) {
          const start = tree.startOf(node);
          const [y0, y1] = [toY(view, start), toY(view, start + tree.sizeOf(node))];
          const isInBranch = start >= tree.startOf(view.branch) && node <= view.branch;
          if (!isInBranch || start + tree.sizeOf(node) > tree.startOf(view.branch) + tree.sizeOf(view.branch))
            continue;
          if (y0 < 0 || y1 > FRAME.height || y1 - y0 < (isRow ? PICTURED_ROW : PICTURED_BRANCH)) continue;
          const within = pictures.filter((each) => each.y0 >= y0 - 1e-6 && each.y1 <= y1 + 1e-6);
          expect(within.length, `node ${node}`).toBeGreaterThan(0);
          if (node < 0) expect(within.map((each) => each.node)).toEqual([node]);
        }
      }),
    );
  });

  it("fills a long chain with pictures that stay while one scrolls and zooms a little", () => {
    const tree = caterpillar(5000);
    const at = (rowHeight: number, first: number) =>
      draw(tree, { ...fitBranch(tree, tree.root, FRAME.height), rowHeight, first })
        .pictures.map(({ node }) => node)
        .filter((node) => node < 0);
    const before = at(0.5, 1000);
    expect(before.length).toBeGreaterThanOrEqual(2);
    expect(at(0.5, 1001)).toEqual(before);
    expect(at(0.52, 1000)).toEqual(before);
  });

  it.each([
    ["chain", caterpillar(50_000)],
    ["chain from both sides", caterpillar(50_000, (step) => step % 3 === 0)],
    ["random", mergedTree(3_000, [0.1, 0.7, 0.4, 0.9, 0.2, 0.55, 0.33])],
  ])("draws a number of shapes that follows the pixels, not the leaves: %s", (_name, tree) => {
    const fit = fitBranch(tree, tree.root, FRAME.height);
    for (const view of [fit, zoomView(tree, fit, 40, 30, FRAME.height)]) {
      const { stems, bars, wedges } = draw(tree, view);
      const pixels = FRAME.width + FRAME.height;
      expect(stems.length + bars.length + wedges.length).toBeLessThan(8 * pixels);
    }
  });

  it("draws two equal images and one single image", () => {
    const pair = caterpillar(2);
    pair.height[0] = 0;
    expect(draw(pair, fitBranch(pair, pair.root, FRAME.height)).bars).toHaveLength(1);
    const single = caterpillar(1);
    const { stems, bars } = draw(single, fitBranch(single, single.root, FRAME.height));
    expect([stems.length, bars.length]).toEqual([1, 0]);
  });
});

describe("branchAt", () => {
  it("finds the branch drawn under the pointer", () => {
    fc.assert(
      fc.property(scenes, fc.nat(), ({ tree, view }, pick) => {
        const drawing = draw(tree, view);
        const bars = drawing.bars.filter(({ y0, y1 }) => y1 > 0 && y0 < FRAME.height);
        fc.pre(bars.length > 0);
        const bar = bars[pick % bars.length]!;
        const y = (bar.y0 + bar.y1) / 2;
        const found = branchAt(drawing, bar.x, y);
        const isAt = (node: number) => {
          const stem = drawing.stems.find((each) => each.node === node);
          const own = drawing.bars.find((each) => each.node === node);
          const wedge = drawing.wedges.find((each) => each.node === node);
          return (
            (stem && stem.x0 <= bar.x && bar.x <= stem.x1 && stem.y === y) ||
            (own && own.x === bar.x && own.y0 <= y && y <= own.y1) ||
            (wedge && wedge.x <= bar.x && wedge.y0 <= y && y <= wedge.y1)
          );
        };
        expect(found).not.toBeNull();
        expect(isAt(found!)).toBeTruthy();
      }),
    );
  });

  it("finds nothing where nothing is drawn", () => {
    const tree = caterpillar(2);
    const drawing = draw(tree, fitBranch(tree, tree.root, FRAME.height));
    expect(branchAt(drawing, 45, 5)).toBeNull();
  });
});
