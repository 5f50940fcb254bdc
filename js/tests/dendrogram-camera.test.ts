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
  tree.value = mergedTree(200, [0.1, 0.7, 0.4, 0.9, 0.2, 0.55, 0.33]);
  camera = createTreeCamera(tree, signal(HEIGHT), power, life.signal);
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

it("shows the beginning and the end of a long trail", () => {
  const shown = (count: number) =>
    crumbDepths(count).map(({ depth, isGap }) => (isGap ? `(${depth})` : `${depth}`));
  expect(shown(2)).toEqual(["0", "1"]);
  expect(shown(4)).toEqual(["0", "1", "2", "3"]);
  expect(shown(9)).toEqual(["0", "(6)", "7", "8"]);
});
