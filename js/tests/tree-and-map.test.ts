// @vitest-environment jsdom
import { setMaxListeners } from "node:events";
import { signal } from "@preact/signals-core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { makeDataset, traitsAt } from "../src/host/synthetic";
import { createSession } from "../src/session";
import { Bitset } from "../src/store";
import type { ViewContext } from "../src/views/context";
import { mountDendrogram } from "../src/views/dendrogram";
import { AXIS_HEIGHT, columnsFor } from "../src/views/dendrogram-columns";
import { layoutTree } from "../src/views/dendrogram-layout";
import { treePaths } from "../src/views/dendrogram-paths";
import { fitBranch } from "../src/views/dendrogram-view";
import { mountMap } from "../src/views/map";
import { boundsOf, fitView, normalisePositions, toPixelX, toPixelY } from "../src/views/map-view";
import { asProxy, datasetModel, type LocalDataset, viewModel } from "./dataset";

const N = 40;
const WIDTH = 500;
const HEIGHT = 400;

let dataset: LocalDataset;
let life: AbortController;
let pane: HTMLElement;
let ctx: ViewContext;
let opened: number[];

/** jsdom neither lays out nor draws: every element is as large as the view, with its corner at 0, 0. */
function pretendToLayOut(): void {
  vi.stubGlobal(
    "ResizeObserver",
    class {
      private readonly callback: () => void;
      constructor(callback: () => void) {
        this.callback = callback;
      }
      observe() {
        this.callback();
      }
      disconnect() {}
    },
  );
  vi.stubGlobal("matchMedia", () => ({ matches: true, addEventListener() {} }));
  vi.spyOn(Element.prototype, "clientWidth", "get").mockReturnValue(WIDTH);
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(HEIGHT);
  HTMLCanvasElement.prototype.getContext = () => null;
  Element.prototype.setPointerCapture = () => {};
}

const pointer = (target: Element, type: string, x: number, y: number, keys: PointerEventInit = {}): void => {
  target.dispatchEvent(new PointerEvent(type, { clientX: x, clientY: y, bubbles: true, button: 0, ...keys }));
};

function click(target: Element, x: number, y: number, keys: PointerEventInit = {}): void {
  pointer(target, "pointerdown", x, y, keys);
  pointer(target, "pointerup", x, y, keys);
}

const press = (target: Element, key: string, keys: KeyboardEventInit = {}): void => {
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...keys }));
};

const selected = (): number[] => [...ctx.store.selection.value.rows];
const sorted = (rows: Iterable<number>): number[] => [...rows].sort((a, b) => a - b);

beforeEach(() => {
  pretendToLayOut();
  const model = viewModel();
  dataset = datasetModel(N);
  life = new AbortController();
  // Node's guess at a leak; each view listens for its own end more than ten times.
  setMaxListeners(100, life.signal);
  pane = document.createElement("div");
  document.body.replaceChildren(pane);
  const session = createSession(model, life.signal);
  session.store.connect(asProxy(dataset));
  const colors = { background: "", surface: "", text: "", muted: "", line: "", accent: "" };
  opened = [];
  ctx = {
    ...session,
    theme: signal({ dark: false, fontFamily: "", ...colors }),
    tooltip: { show() {}, hide() {} },
    openPreview: (rows, index) => opened.push(rows[index]!),
    signal: life.signal,
  };
});

afterEach(() => life.abort());

describe("the dendrogram", () => {
  let tree: NonNullable<ReturnType<typeof ctx.store.dataset.peek>["tree"]>;
  let area: Element;
  let stage: HTMLElement;

  beforeEach(() => {
    mountDendrogram(pane, ctx);
    tree = ctx.store.dataset.value.tree!;
    area = pane.querySelector(".imgclust-tree-area")!;
    stage = pane.querySelector<HTMLElement>("[role=tree]")!;
  });

  /** A point on the line of a branch, in pixels. */
  function lineOf(node: number): [x: number, y: number] {
    const height = HEIGHT - AXIS_HEIGHT - 6;
    const view = fitBranch(tree, tree.root, height);
    const { left, right } = columnsFor(WIDTH, view, 6);
    const frame = { width: right - left, height };
    const stem = layoutTree(tree, treePaths(tree), view, frame).stems.find((each) => each.node === node)!;
    return [left + (stem.x0 + stem.x1) / 2, AXIS_HEIGHT + stem.y];
  }

  it("selects a branch by a click, adds with Shift, toggles with Ctrl, clears beside the tree", () => {
    const [upper, lower] = [tree.left(tree.root), tree.right(tree.root)];
    click(area, ...lineOf(upper));
    expect(selected()).toEqual(sorted(tree.rowsOf(upper)));
    expect(ctx.store.selection.value.origin).toMatchObject({ kind: "branch" });
    click(area, ...lineOf(lower), { shiftKey: true });
    expect(selected()).toHaveLength(N);
    click(area, ...lineOf(upper), { ctrlKey: true });
    expect(selected()).toEqual(sorted(tree.rowsOf(lower)));
    click(area, 3, AXIS_HEIGHT + 3);
    expect(selected()).toEqual([]);
  });

  it("links the branch under the pointer with the other views", () => {
    const branch = tree.left(tree.root);
    pointer(area, "pointermove", ...lineOf(branch));
    expect(ctx.store.hover.value).toMatchObject({ node: branch, source: "tree" });
    expect(ctx.store.hover.value!.rows).toEqual(Array.from(tree.rowsOf(branch)));
    pointer(area, "pointerleave", 0, 0);
    expect(ctx.store.hover.value).toBeNull();
  });

  it("is walked, selected and described by keyboard", () => {
    const words = () => pane.querySelector("[aria-live]")!.textContent;
    stage.focus();
    press(stage, "ArrowRight");
    expect(words()).toContain(`${N} images`);
    const level = () => pane.querySelector("[role=treeitem]")!.getAttribute("aria-level");
    expect(level()).toBe("1");
    press(stage, "ArrowRight");
    expect(level()).toBe("2");
    press(stage, "ArrowDown");
    const lower = tree.right(tree.root);
    expect(words()).toMatch(new RegExp(`^${tree.sizeOf(lower)} images, joined at distance `));
    press(stage, "Enter");
    expect(selected()).toEqual(sorted(tree.rowsOf(lower)));
    expect(words()).toContain("all selected");
    press(stage, "ArrowUp");
    press(stage, " ", { shiftKey: true });
    expect(selected()).toHaveLength(N);
    press(stage, "Escape");
    expect(selected()).toEqual([]);
  });

  it("zooms into branches and leads back", () => {
    const branch = tree.left(tree.root);
    pane
      .querySelector(".imgclust-tree-area")!
      .dispatchEvent(
        new MouseEvent("dblclick", { clientX: lineOf(branch)[0], clientY: lineOf(branch)[1], bubbles: true }),
      );
    const trail = pane.querySelector("nav")!;
    expect(trail.textContent).toBe(`all ${N}${tree.sizeOf(branch)} images`);
    press(stage, "ArrowRight");
    press(stage, "ArrowRight");
    press(stage, "ArrowLeft");
    press(stage, "ArrowLeft");
    expect(pane.querySelector("[aria-live]")!.textContent).toContain(`${tree.sizeOf(branch)} images`);
    trail.querySelector("button")!.click();
    expect(trail.textContent).toBe("Dendrogramcosine distance, Ward");
  });

  it("shows what stands for a branch, and others of its images", () => {
    const show = vi.spyOn(ctx.tooltip, "show");
    const branch = tree.left(tree.root);
    pointer(area, "pointermove", ...lineOf(branch));
    const { title, lines, rows } = show.mock.calls[0]![2];
    expect(title).toBe(`${tree.sizeOf(branch)} images`);
    expect(lines![0]).toMatch(/^joined at distance /);
    expect(rows![0]).toBe(ctx.store.dataset.value.medoids![branch]);
    expect(new Set(rows).size).toBe(Math.min(9, tree.sizeOf(branch)));
    for (const row of rows!) expect(tree.rowsOf(branch)).toContain(row);
  });

  it("stands by square roots of the distances, and remembers it", () => {
    const scale = pane.querySelector<HTMLElement>("button[aria-label^=Square]")!;
    const line = pane.querySelector<HTMLElement>(".imgclust-cut-line")!;
    const linear = line.style.transform;
    scale.click();
    expect(scale.getAttribute("aria-pressed")).toBe("true");
    expect(ctx.store.ui.value.tree).toEqual({ scale: "sqrt" });
    expect(line.style.transform).not.toBe(linear);
    press(stage, "s");
    expect(scale.getAttribute("aria-pressed")).toBe("false");
    expect(line.style.transform).toBe(linear);
  });

  it("opens the picture of a single image", () => {
    let node = tree.root;
    press(stage, "Home");
    for (; node >= 0; node = tree.left(node)) press(stage, "ArrowRight");
    press(stage, "Enter", { altKey: true });
    expect(opened).toEqual([tree.leafOrder[0]]);
  });

  it("moves the cut by keyboard and by its handle", () => {
    const handle = pane.querySelector<HTMLElement>("[role=slider]")!;
    press(handle, "ArrowRight");
    expect(ctx.store.clusters.value!.k).toBe(4);
    expect(handle.getAttribute("aria-valuetext")).toBe("4 clusters");
    handle.hasPointerCapture = () => true;
    pointer(handle, "pointerdown", 100, 10);
    pointer(handle, "pointermove", WIDTH, 10);
    expect(ctx.store.clusters.value!.k).toBe(N);
    pointer(handle, "pointermove", 0, 10);
    expect(ctx.store.clusters.value!.k).toBe(1);
    expect(handle.textContent).toBe("1 cluster");
  });

  it("says why there is none", () => {
    dataset.receive(traitsAt(makeDataset(N), "embed", 7));
    const progress = { ...ctx.store.progress.value, state: "cancelled" as const };
    dataset.receive({ progress });
    expect(pane.textContent).toContain("The work was stopped before there was a dendrogram.");
    dataset.receive({ progress: { ...progress, state: "failed" } });
    expect(pane.textContent).toContain("There is no dendrogram, as the work has failed.");
  });

  it("waits for a tree, and shows the next one", () => {
    dataset.receive(traitsAt(makeDataset(N), "embed", 7));
    expect(area.hasAttribute("hidden")).toBe(true);
    expect(pane.textContent).toContain("The dendrogram of 40 images appears here");
    dataset.receive(traitsAt(makeDataset(12), "tree", 8));
    expect(area.hasAttribute("hidden")).toBe(false);
    expect(stage.getAttribute("aria-label")).toContain("12 images");
  });

  it("hears nothing more when it is gone", () => {
    const place = lineOf(tree.left(tree.root));
    life.abort();
    click(area, ...place);
    press(stage, "Enter");
    expect(ctx.store.selection.value.count).toBe(0);
  });
});

describe("the map", () => {
  let stage: HTMLElement;
  let pixels: [x: number, y: number][];

  beforeEach(() => {
    mountMap(pane, ctx);
    stage = pane.querySelector<HTMLElement>("[role=application]")!;
    const positions = normalisePositions(ctx.store.dataset.value.coordinates!);
    const view = fitView(boundsOf(positions), { width: WIDTH, height: HEIGHT });
    pixels = Array.from({ length: N }, (_, row) => [
      toPixelX(view, positions[2 * row]!),
      toPixelY(view, positions[2 * row + 1]!),
    ]);
  });

  function drag(corners: readonly (readonly [number, number])[], keys: PointerEventInit = {}): void {
    pointer(stage, "pointerdown", ...corners[0]!, keys);
    for (const corner of corners) pointer(stage, "pointermove", ...corner, keys);
    pointer(stage, "pointerup", ...corners.at(-1)!, keys);
  }

  /** A lasso around the part of the map left of x. */
  const leftOf = (x: number) =>
    [
      [1, 1],
      [x, 1],
      [x, HEIGHT - 1],
      [1, HEIGHT - 1],
      [2, 2],
    ] as const;
  const rowsLeftOf = (x: number) => pixels.flatMap(([left], row) => (left < x ? [row] : []));

  it("names its layout", () => {
    const title = () => pane.querySelector(".imgclust-pane-title")!.textContent;
    expect(title()).toBe("MapUMAP");
    dataset.receive({ header: { ...dataset.get("header"), version: 9, layout: "pca" } });
    expect(title()).toBe("Mapprincipal components");
  });

  it("says that it is drawn without WebGL where there is none", () => {
    expect(pane.querySelector(".imgclust-map-note")!.textContent).toContain("WebGL is not available");
  });

  it("selects with a lasso: Shift draws it, Ctrl adds, Alt removes; its end is no click", () => {
    drag(leftOf(200), { shiftKey: true });
    expect(selected()).toEqual(rowsLeftOf(200));
    expect(ctx.store.selection.value.origin.kind).toBe("lasso");
    drag(leftOf(300), { shiftKey: true, ctrlKey: true });
    expect(selected()).toEqual(rowsLeftOf(300));
    drag(leftOf(200), { shiftKey: true, altKey: true });
    expect(selected()).toEqual(rowsLeftOf(300).filter((row) => !rowsLeftOf(200).includes(row)));
  });

  it("takes up and puts down the lasso, and lets it be dropped with Escape", () => {
    const button = pane.querySelector<HTMLElement>("button[aria-label^=Lasso]")!;
    const modes = pane.querySelector<HTMLElement>(".imgclust-map-modes")!;
    expect(modes.hidden).toBe(true);
    button.click();
    expect(modes.hidden).toBe(false);
    expect(button.getAttribute("aria-pressed")).toBe("true");
    drag(leftOf(250));
    expect(selected()).toEqual(rowsLeftOf(250));
    ctx.store.clearSelection();
    pointer(stage, "pointerdown", 1, 1);
    pointer(stage, "pointermove", 400, 300);
    press(stage, "Escape");
    pointer(stage, "pointerup", 1, 300);
    expect(selected()).toEqual([]);
    press(stage, "o");
    expect(button.getAttribute("aria-pressed")).toBe("false");
    drag(leftOf(250));
    expect(selected()).toEqual([]);
  });

  it("selects what is clicked, and clears beside it", () => {
    const nearest = (x: number, y: number) =>
      pixels.reduce((best, [px, py], row) => {
        const [bx, by] = pixels[best]!;
        return Math.hypot(px - x, py - y) < Math.hypot(bx - x, by - y) ? row : best;
      }, 0);
    // Dots only: a picture covers more than its dot.
    ctx.store.setUi({ map: { marks: "dots" } });
    click(stage, ...pixels[7]!);
    expect(selected()).toEqual([nearest(...pixels[7]!)]);
    click(stage, ...pixels[3]!, { shiftKey: true });
    expect(selected()).toEqual(sorted(new Set([nearest(...pixels[7]!), nearest(...pixels[3]!)])));
    click(stage, 2, 2);
    expect(selected()).toEqual([]);
    pointer(stage, "pointermove", ...pixels[7]!);
    expect(ctx.store.hover.value).toEqual({ rows: [nearest(...pixels[7]!)], node: null, source: "map" });
  });

  it("pans instead of selecting when dragged", () => {
    ctx.store.select(Bitset.of(N, [1, 2]), "replace", { kind: "query", text: "" });
    drag([
      [200, 200],
      [260, 230],
    ]);
    expect(selected()).toEqual([1, 2]);
  });

  it("filters by the legend, and selects with Shift", () => {
    ctx.store.setColorBy("breed");
    const { values, categories } = ctx.store.dataset.value.columns.get("breed")!;
    const entries = pane.querySelectorAll<HTMLButtonElement>("button.imgclust-map-legend-entry");
    const codeOf = (entry: Element) =>
      categories.indexOf(entry.querySelector(".imgclust-map-legend-label")!.textContent!);
    const membersOf = (code: number) => Array.from(values.keys()).filter((row) => values[row] === code);
    const [first, second] = [entries[0]!, entries[1]!];
    first.click();
    expect([...ctx.store.visible.value!]).toEqual(membersOf(codeOf(first)));
    expect([first, second].map((each) => each.getAttribute("aria-pressed"))).toEqual(["true", "false"]);
    second.click();
    expect([...ctx.store.visible.value!]).toEqual(
      sorted([...membersOf(codeOf(first)), ...membersOf(codeOf(second))]),
    );
    drag(leftOf(WIDTH - 1), { shiftKey: true });
    expect(selected()).toEqual([...ctx.store.visible.value!]);
    first.click();
    second.click();
    expect(ctx.store.visible.value).toBeNull();
    ctx.store.clearSelection();
    first.dispatchEvent(new MouseEvent("click", { shiftKey: true }));
    expect(selected()).toEqual(membersOf(codeOf(first)));
    ctx.store.setColorBy("cluster");
    expect(pane.querySelector<HTMLElement>(".imgclust-map-legend")!.hidden).toBe(true);
  });

  it("draws rectangles, and does with them what was chosen", () => {
    press(stage, "r");
    const half = [
      [1, 1],
      [200, HEIGHT - 1],
    ] as const;
    drag(half);
    expect(selected()).toEqual(rowsLeftOf(200));
    const mode = (name: string) =>
      pane.querySelector<HTMLButtonElement>(`.imgclust-map-modes button[aria-label^="${name}"]`)!;
    mode("Take").click();
    drag([
      [1, 1],
      [120, HEIGHT - 1],
    ]);
    expect(selected()).toEqual(rowsLeftOf(200).filter((row) => !rowsLeftOf(120).includes(row)));
    mode("Keep").click();
    drag([
      [1, 1],
      [160, HEIGHT - 1],
    ]);
    expect(selected()).toEqual(rowsLeftOf(160).filter((row) => !rowsLeftOf(120).includes(row)));
    mode("Add").click();
    drag(half);
    expect(selected()).toEqual(rowsLeftOf(200));
  });

  it("selects what is in view, and shows the selection, by keyboard", () => {
    press(stage, "Enter");
    expect(selected()).toHaveLength(N);
    ctx.store.select([4], "replace", { kind: "query", text: "" });
    press(stage, "f");
    press(stage, "Enter");
    expect(selected()).toContain(4);
    expect(selected().length).toBeLessThan(N);
    press(stage, "0");
    press(stage, "Enter");
    expect(selected()).toHaveLength(N);
  });

  it("waits for a layout", () => {
    dataset.receive(traitsAt(makeDataset(N), "embed", 7));
    expect(stage.closest("[hidden]")).not.toBeNull();
    expect(pane.textContent).toContain("The map of 40 images appears here");
  });

  it("hears nothing more when it is gone", () => {
    life.abort();
    drag(leftOf(300), { shiftKey: true });
    expect(ctx.store.selection.value.count).toBe(0);
    expect(stage.querySelectorAll("canvas")).toHaveLength(1);
  });
});
