// @vitest-environment jsdom
import fc from "fast-check";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import comparison from "../src/comparison/comparison";
import { firstItem, type Item, move } from "../src/comparison/items";
import { layoutTanglegram, ribbonPath } from "../src/comparison/layout";
import type { Drawing, Ribbon, Shares, Side } from "../src/comparison/wire";
import { clusterWords, ribbonWords } from "../src/comparison/words";
import { LocalModel } from "../src/host/model";

/** Merged one after the other. */
function sideOf(sizes: readonly number[], names: readonly string[] = []): Side {
  const k = sizes.length;
  return {
    title: "SqueezeNet",
    clusters: sizes.map((size, i) => ({
      number: i + 1,
      name: names[i] ?? "",
      size,
      color: i === 0 ? "#0273C7" : "",
    })),
    merges: Array.from({ length: k - 1 }, (_, i) => [i === 0 ? 0 : k + i - 1, i + 1, 2 + i] as const),
    base: 1,
  };
}

function drawingOf(table: readonly (readonly number[])[], version = 1): Drawing {
  const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
  const ribbons = table.flatMap((row, i) =>
    row.flatMap((count, j) => (count ? [[i, j, count, i === j] as Ribbon] : [])),
  );
  return {
    version,
    words: "The clusterings agree to 0.62 (adjusted Rand index); 3 of 20 images moved",
    moved: 3,
    details: ["Heights in the trees correlate by 0.71."],
    sides: [
      sideOf(table.map(total), ["big cat", "<b>bird</b>"]),
      sideOf(table[0]!.map((_, j) => total(table.map((row) => row[j]!)))),
    ],
    ribbons,
  };
}

const TABLE = [
  [8, 2, 0],
  [0, 6, 1],
  [0, 0, 3],
];

/** Any table without an empty row or column. */
const tables = fc
  .tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 }))
  .chain(([rows, columns]) =>
    fc.array(
      fc.array(
        fc.integer({ min: 0, max: 30 }).map((value) => (value > 15 ? value - 15 : 0)),
        {
          minLength: columns,
          maxLength: columns,
        },
      ),
      { minLength: rows, maxLength: rows },
    ),
  )
  .map((table) =>
    table.map((row, i) =>
      row.map((count, j) => count || Number(i % row.length === j || j % table.length === i)),
    ),
  );

it("fills every cluster with its ribbons, each as thick at both ends, and none over another", () => {
  fc.assert(
    fc.property(tables, fc.integer({ min: 500, max: 1400 }), (table, width) => {
      const drawing = drawingOf(table);
      const { bands, boxes, scale, height } = layoutTanglegram(drawing, width)!;
      for (const side of [0, 1] as const) {
        const end = side === 0 ? "left" : "right";
        let above = 0;
        boxes[side].forEach(({ y0, y1 }, cluster) => {
          expect(y0).toBeGreaterThanOrEqual(above - 1e-6);
          const own = drawing.ribbons.flatMap((ribbon, i) => (ribbon[side] === cluster ? [bands[i]!] : []));
          own.sort((p, q) => p[end] - q[end]);
          expect(own[0]![end]).toBeGreaterThanOrEqual(y0 - 1e-6);
          expect(own.at(-1)![end] + own.at(-1)!.thickness).toBeLessThanOrEqual(y1 + 1e-6);
          const size = drawing.sides[side]!.clusters[cluster]!.size;
          expect(own.reduce((sum, { thickness }) => sum + thickness, 0)).toBeCloseTo(size * scale);
          for (let i = 1; i < own.length; i++) {
            expect(own[i]![end]).toBeCloseTo(own[i - 1]![end] + own[i - 1]!.thickness);
          }
          above = y1;
        });
        expect(above).toBeLessThanOrEqual(height + 1e-6);
      }
    }),
  );
});

it("never crosses ribbons of one cluster", () => {
  fc.assert(
    fc.property(tables, (table) => {
      const { ribbons } = drawingOf(table);
      const { bands } = layoutTanglegram(drawingOf(table), 900)!;
      ribbons.forEach(([i, j], p) => {
        ribbons.forEach(([other, to], q) => {
          if (i === other && j < to) expect(bands[p]!.left).toBeLessThan(bands[q]!.left);
          if (j === to && i < other) expect(bands[p]!.right).toBeLessThan(bands[q]!.right);
        });
      });
    }),
  );
});

it("draws the trees towards each other, from the root to the clusters", () => {
  const { trees, tree, width } = layoutTanglegram(drawingOf(TABLE), 1000)!;
  const numbers = (path: string) => [...path.matchAll(/[MH](-?[\d.]+)/g)].map(([, x]) => Number(x));
  expect(Math.min(...numbers(trees[0]))).toBe(0);
  expect(Math.max(...numbers(trees[0]))).toBe(tree);
  expect(Math.min(...numbers(trees[1]))).toBe(width - tree);
  expect(Math.max(...numbers(trees[1]))).toBe(width);
  // The lower merge is half as far above the cut as the root, which has a stem.
  expect(numbers(trees[0])[1]).toBeCloseTo(tree * (1 - 0.93 / 2));
});

it("draws one cluster against one, and nothing where there are too many", () => {
  const { bands, boxes } = layoutTanglegram(drawingOf([[7]]), 600)!;
  expect(boxes[0][0]).toEqual({ y0: 0, y1: 360 });
  expect(ribbonPath(bands[0]!, 360, 10, 20)).toBe("M10 0C15 0 15 0 20 0V360C15 360 15 360 10 360Z");
  expect(layoutTanglegram({ ...drawingOf([[7]]), sides: [], ribbons: [] }, 600)).toBeNull();
});

it("goes through clusters and ribbons by arrow keys", () => {
  const drawing = drawingOf(TABLE);
  const follow = (item: Item, ...keys: string[]) =>
    keys.reduce((at, key) => move(drawing, at, `Arrow${key}`)!, item);
  expect(firstItem(drawing)).toEqual({ column: 1, index: 0 });
  expect(follow({ column: 1, index: 1 }, "Left")).toEqual({ column: 0, index: 0 });
  expect(follow({ column: 1, index: 1 }, "Right")).toEqual({ column: 2, index: 1 });
  // Its thickest.
  expect(follow({ column: 2, index: 1 }, "Left")).toEqual({ column: 1, index: 2 });
  expect(follow({ column: 0, index: 1 }, "Down", "Down", "Left")).toEqual({ column: 0, index: 2 });
  expect(move(drawing, { column: 1, index: 1 }, "End")).toEqual({ column: 1, index: 4 });
  expect(move(drawing, { column: 1, index: 1 }, "x")).toBeNull();
});

it("says what ribbons and clusters are", () => {
  const drawing = drawingOf(TABLE);
  expect(ribbonWords(drawing, 1)).toEqual({
    title: "1 big cat on the left, 2 on the right",
    lines: ["2 images: 20 % of the left cluster, 25 % of the right one", "Moved"],
  });
  expect(clusterWords(drawing, 1, 1).lines).toEqual([
    "8 images",
    "Counterpart: 2 <b>bird</b>, which has 6 of them",
  ]);
});

const SHARES: Shares = {
  count: 0,
  sides: [
    [0, 0, 0],
    [0, 0, 0],
  ],
  ribbons: [0, 0, 0, 0, 0],
};

function mounted() {
  const sent: unknown[] = [];
  const model = new LocalModel({ drawing: drawingOf(TABLE), shares: SHARES });
  model.onMessage = ({ content }) => sent.push(content);
  const [life, view] = [new AbortController(), new AbortController()];
  const el = document.createElement("div");
  document.body.append(el);
  const { initialize, render } = comparison();
  initialize({ model, signal: life.signal });
  render({ model, el, signal: view.signal });
  const named = (name: string) => el.querySelector<HTMLElement>(`[aria-label^="${name}"]`)!;
  return { el, model, sent, view, named };
}

beforeEach(() => {
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe() {}
      disconnect() {}
    },
  );
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener() {} }));
  vi.stubGlobal("requestAnimationFrame", (run: () => void) => {
    run();
    return 0;
  });
  HTMLElement.prototype.showPopover = () => {};
  HTMLElement.prototype.hidePopover = () => {};
});

afterEach(() => {
  vi.unstubAllGlobals();
  document.body.replaceChildren();
});

it("asks for a ribbon, a cluster, what moved, and for nothing", () => {
  const { el, sent, named } = mounted();
  expect(sent.splice(0)).toEqual([{ views: 1 }]);
  named("1 big cat on the left, 2").dispatchEvent(new MouseEvent("click", { bubbles: true, shiftKey: true }));
  named("Cluster 2 on the right").click();
  named("Select the images that moved").click();
  el.querySelector<HTMLElement>(".imgclust-comparison-stage")!.click();
  expect(sent).toEqual([
    { a: 1, b: 2, mode: "add", version: 1 },
    { a: undefined, b: 2, mode: "replace", version: 1 },
    { moved: true, mode: "replace", version: 1 },
    { mode: "replace", version: 1 },
  ]);
});

it("is one stop of the Tab key, which arrow keys, Enter and Escape work from", () => {
  const { el, sent, named } = mounted();
  sent.splice(0);
  const stops = () => [...el.querySelectorAll<HTMLElement>(".imgclust-comparison-stage [tabindex='0']")];
  const press = (key: string) =>
    document.activeElement!.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  expect(stops()).toEqual([named("1 big cat on the left, 1")]);
  stops()[0]!.focus();
  press("ArrowDown");
  press("Enter");
  press("ArrowRight");
  press(" ");
  press("Escape");
  expect(stops()).toEqual([named("Cluster 2 on the right")]);
  expect(sent).toEqual([
    { a: 1, b: 2, mode: "replace", version: 1 },
    { a: undefined, b: 2, mode: "replace", version: 1 },
    { mode: "replace", version: 1 },
  ]);
});

it("marks what is selected, follows another drawing, and leaves nothing behind", () => {
  const { el, model, named, sent, view } = mounted();
  const root = el.firstElementChild as HTMLElement;
  expect(root.textContent).toContain("0.62 (adjusted Rand index)");
  expect(root.textContent).toContain("<b>bird</b>");
  model.receive({
    shares: {
      count: 2,
      sides: [
        [2, 0, 0],
        [0, 2, 0],
      ],
      ribbons: [0, 2, 0, 0, 0],
    },
  });
  const pressed = () =>
    [...el.querySelectorAll("[aria-pressed=true]")].map(
      (each) => each.ariaLabel ?? each.getAttribute("aria-label"),
    );
  expect(pressed()).toEqual([expect.stringContaining("1 big cat on the left, 2")]);
  expect(root.dataset.selected).toBe("2");
  expect(root.textContent).toContain("2 images selected in both");
  model.receive({
    drawing: drawingOf([[9, 1]], 2),
    shares: { count: 1, sides: [[1], [0, 1]], ribbons: [0, 1] },
  });
  expect(pressed()).toHaveLength(2);
  expect(named("Cluster 1 big cat on the left")).not.toBeNull();
  sent.splice(0);
  view.abort();
  expect(el.childElementCount).toBe(0);
  expect(sent).toEqual([{ views: 0 }]);
  model.receive({ drawing: drawingOf(TABLE) });
  expect(el.childElementCount).toBe(0);
});
