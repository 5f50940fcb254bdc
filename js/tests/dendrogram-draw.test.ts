// @vitest-environment jsdom
import { expect, it } from "vitest";
import { clusterColor } from "../src/palette";
import { drawBranches } from "../src/views/dendrogram-draw";
import { layoutTree } from "../src/views/dendrogram-layout";
import { drawLabels } from "../src/views/dendrogram-margins";
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

/** What is written beside the leaves in a column of so many characters. */
function written(characters: number): string[] {
  const tree = datasetOf(12).tree!;
  const clusters = { ...tree.clusters(3), names: ["wading bird (flamingo)", "", "cat"] };
  const lines = new Map<number, string>();
  const context = {
    measureText: (text: string) => ({ width: 6 * text.length }),
    fillText: (text: string, _: number, y: number) => lines.set(y, (lines.get(y) ?? "") + text),
  };
  const scene = {
    tree,
    clusters,
    view: fitBranch(tree, tree.root, 240),
    frame: { width: 200, height: 240 },
    columns: { labels: { x: 0, width: 12 + 6 * characters } },
    coloring: { column: "brightness" },
    shownBefore: null,
    theme: { text: "text", muted: "muted", fontFamily: "sans-serif" },
  };
  drawLabels(context as unknown as CanvasRenderingContext2D, scene as unknown as Scene);
  return [...lines.values()];
}

it("shortens names rather than leave out how many images there are", () => {
  const [first, second, third] = datasetOf(12).tree!.clusters(3).size;
  expect(written(40)).toEqual([`1 wading bird (flamingo) · ${first}`, `2 · ${second}`, `3 cat · ${third}`]);
  expect(written(20)).toEqual([`1 wading bird… · ${first}`, `2 · ${second}`, `3 cat · ${third}`]);
});
