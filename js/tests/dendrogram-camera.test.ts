import { signal } from "@preact/signals-core";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Tree } from "../src/tree";
import { createTreeCamera, type TreeCamera } from "../src/views/dendrogram-camera";
import { crumbDepths } from "../src/views/dendrogram-header";
import { fitBranch } from "../src/views/dendrogram-view";
import { caterpillar, mergedTree } from "./trees";

const HEIGHT = 300;
const power = signal(1);
const tree = signal<Tree | null>(null);
/** Row i is item ids[i]. */
const itemsOf = (ids: number[]) => {
  const rowOfId = new Int32Array(1000).fill(-1);
  ids.forEach((id, row) => {
    rowOfId[id] = row;
  });
  return { ids: Uint32Array.from(ids), rowOfId };
};
let items: ReturnType<typeof itemsOf>;
let life: AbortController;
let camera: TreeCamera;
let now: number;
let frames: FrameRequestCallback[];

function pass(ms: number): void {
  now += ms;
  for (const run of frames.splice(0)) run(now);
}

beforeEach(() => {
  now = 0;
  frames = [];
  vi.stubGlobal("matchMedia", () => ({ matches: false }));
  vi.stubGlobal("requestAnimationFrame", (run: FrameRequestCallback) => frames.push(run));
  vi.stubGlobal("cancelAnimationFrame", () => frames.splice(0));
  vi.spyOn(performance, "now").mockImplementation(() => now);
  life = new AbortController();
  power.value = 1;
  items = itemsOf([...Array(200).keys()]);
  tree.value = mergedTree(200, [0.1, 0.7, 0.4, 0.9, 0.2, 0.55, 0.33]);
  camera = createTreeCamera(tree, signal(HEIGHT), power, () => items, life.signal);
});
afterEach(() => {
  life.abort();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

it("moves into a branch and back, and says at once where it is going", () => {
  const of = tree.value!;
  const branch = of.left(of.root);
  camera.enter(branch);
  expect(camera.branch.value).toBe(branch);
  expect(camera.view.value).toEqual(fitBranch(of, of.root, HEIGHT));
  pass(100);
  expect(camera.view.value!.rowHeight).toBeGreaterThan(fitBranch(of, of.root, HEIGHT).rowHeight);
  pass(1000);
  expect(camera.view.value).toEqual(fitBranch(of, branch, HEIGHT));
  camera.leave(0);
  pass(1000);
  expect(camera.view.value).toEqual(fitBranch(of, of.root, HEIGHT));
});

it("goes on from where it is moving to when scrolled or rescaled meanwhile", () => {
  const of = tree.value!;
  const branch = of.left(of.root);
  camera.enter(branch);
  pass(50);
  camera.reveal(branch);
  pass(1000);
  expect(camera.view.value).toEqual(fitBranch(of, branch, HEIGHT));
  camera.leave(0);
  pass(50);
  power.value = 0.5;
  pass(1000);
  expect(camera.view.value).toEqual(fitBranch(of, of.root, HEIGHT, 0.5));
});

it("stays where it is for the same tree published again, and shows another one whole", () => {
  camera.zoom(4, 100);
  const view = camera.view.value;
  tree.value = mergedTree(200, [0.1, 0.7, 0.4, 0.9, 0.2, 0.55, 0.33]);
  expect(camera.view.value).toEqual(view);
  tree.value = caterpillar(50);
  expect(camera.view.value).toEqual(fitBranch(tree.value, tree.value.root, HEIGHT));
});

it("keeps the leaves in sight where they are when images come and go", () => {
  const chain = (n: number) => caterpillar(n, () => false);
  tree.value = chain(100);
  camera.zoom(5, 100);
  camera.pan(200);
  const view = camera.view.value!;
  // Leaf position p is row n - 1 - p: two rows before all others come, and one of the first leaves goes.
  items = itemsOf([500, 501, ...Array(99).keys()]);
  tree.value = chain(101);
  expect(camera.view.value!.rowHeight).toBe(view.rowHeight);
  expect(camera.view.value!.first).toBeCloseTo(view.first - 1, 9);
});

it("stays in a branch that has grown by a leaf, and leaves one that is no more", () => {
  tree.value = caterpillar(100, () => false);
  // Of the chain's first fifty leaves, whose rows are the last.
  camera.enter(48);
  pass(1000);
  const grown = caterpillar(101, () => false);
  items = itemsOf([900, ...Array(100).keys()]);
  tree.value = grown;
  expect(camera.branch.value).toBe(48);
  expect(camera.view.value).toEqual(fitBranch(grown, 48, HEIGHT));
  items = itemsOf([...Array(60).keys()]);
  tree.value = caterpillar(60, () => false);
  expect(camera.view.value).toEqual(fitBranch(tree.value, camera.branch.value!, HEIGHT));
  items = itemsOf(Array.from({ length: 200 }, (_, i) => 300 + i));
  tree.value = caterpillar(200, () => true);
  expect(camera.trail.value).toEqual([]);
});

it("shows the beginning and the end of a long trail", () => {
  const shown = (count: number) =>
    crumbDepths(count).map(({ depth, isGap }) => (isGap ? `(${depth})` : `${depth}`));
  expect(shown(2)).toEqual(["0", "1"]);
  expect(shown(4)).toEqual(["0", "1", "2", "3"]);
  expect(shown(9)).toEqual(["0", "(6)", "7", "8"]);
});
