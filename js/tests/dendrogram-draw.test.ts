// @vitest-environment jsdom
import { expect, it } from "vitest";
import { clusterColor } from "../src/palette";
import { drawBranches } from "../src/views/dendrogram-draw";
import { layoutTree } from "../src/views/dendrogram-layout";
import { treePaths } from "../src/views/dendrogram-paths";
import type { Scene } from "../src/views/dendrogram-scene";
import { fitBranch } from "../src/views/dendrogram-view";
import { datasetOf } from "./dataset";

/** The colours that branches are drawn in while colours stand for a column. */
function colorsBy(column: string, shownBefore: Uint32Array | null = null): Set<string> {
  const tree = datasetOf(12).tree!;
  const view = fitBranch(tree, tree.root, 240);
  const frame = { width: 200, height: 240 };
  const scene = {
    tree,
    view,
    frame,
    drawing: layoutTree(tree, treePaths(tree), view, frame),
    clusters: tree.clusters(3),
    coloring: { column },
    selectedBefore: new Uint32Array(13),
    shownBefore,
    theme: { muted: "muted" },
    hovered: null,
  } as unknown as Scene;
  const used = new Set<string>();
  const context = {
    fillStyle: "",
    fillRect: () => used.add(context.fillStyle),
    beginPath() {},
    fill() {},
  };
  drawBranches(context as unknown as CanvasRenderingContext2D, scene);
  return used;
}

const colorOfLast = (): number => datasetOf(12).tree!.clusters(3).color[2]!;

it("colours branches by cluster, neutral above the cut", () => {
  expect(colorsBy("cluster")).toEqual(new Set(["muted", ...[0, 1, 2].map(clusterColor)]));
});

it("draws neutral what is filtered out", () => {
  const lastOnly = Uint32Array.from({ length: 13 }, (_, position) => (position === 12 ? 1 : 0));
  expect(colorsBy("cluster", lastOnly)).toEqual(new Set(["muted", clusterColor(colorOfLast())]));
});

it("draws branches neutral while colours stand for a column", () => {
  expect(colorsBy("brightness")).toEqual(new Set(["muted"]));
});
