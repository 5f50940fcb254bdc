// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it } from "vitest";
import { Bitset } from "../src/selection";
import { CanvasPoints } from "../src/views/map-fallback";
import { FADED, type PointsState } from "../src/views/map-points";

const SIDE = 20;
const OPACITY = 0.4;
let shown: ImageData;
let getContext: typeof HTMLCanvasElement.prototype.getContext;

beforeEach(() => {
  getContext = HTMLCanvasElement.prototype.getContext;
  const context = {
    createImageData: (width: number, height: number) => ({
      width,
      height,
      data: new Uint8ClampedArray(4 * width * height),
    }),
    putImageData: (image: ImageData) => {
      shown = image;
    },
  };
  HTMLCanvasElement.prototype.getContext = (() => context) as unknown as typeof getContext;
});

afterEach(() => {
  HTMLCanvasElement.prototype.getContext = getContext;
});

/** Points at pixels of a small map, the first red, the others blue. */
function draw(
  places: readonly (readonly [number, number])[],
  selected: number[] = [],
  hidden: number[] = [],
): void {
  const rows = Bitset.of(places.length, selected);
  const all = Bitset.of(places.length, places.keys());
  const points = new CanvasPoints();
  const state: Partial<PointsState> = {
    positions: Float32Array.from(places.flatMap(([x, y]) => [x, -y])),
    coloring: {
      column: "cluster",
      css: ["#ff0000", "#0000ff"],
      codes: Uint16Array.from(places, (_, i) => Math.min(1, i)),
      legend: { kind: "none" },
    },
    selection: { rows, count: selected.length, origin: { kind: "none", text: "" } },
    visible:
      hidden.length > 0
        ? Bitset.of(
            places.length,
            [...all].filter((row) => !hidden.includes(row)),
          )
        : null,
    view: { scale: 1, x: 0, y: 0 },
    extent: { width: SIDE, height: SIDE },
    look: { size: 4, opacity: OPACITY },
  };
  points.show(state as PointsState, 0);
  points.destroy();
}

const at = (x: number, y: number): number[] => [
  ...shown.data.slice(4 * (SIDE * y + x), 4 * (SIDE * y + x) + 4),
];

it("draws a soft dot in the colour and as opaque as it should be", () => {
  draw([[10.5, 10.5]]);
  expect(at(10, 10)).toEqual([255, 0, 0, Math.round(255 * OPACITY)]);
  const [, , , edge] = at(12, 10);
  expect(edge).toBeGreaterThan(0);
  expect(edge).toBeLessThan(255 * OPACITY);
  expect(at(13, 10)).toEqual([0, 0, 0, 0]);
});

it("grows denser where dots lie on one another, the later ones on top", () => {
  draw([
    [10.5, 10.5],
    [10.5, 10.5],
  ]);
  const [red, , blue, alpha] = at(10, 10);
  expect(alpha).toBeCloseTo(255 * (1 - (1 - OPACITY) ** 2), -0.5);
  const share = OPACITY / (1 - (1 - OPACITY) ** 2);
  expect(red! / 255).toBeCloseTo(1 - share, 2);
  expect(blue! / 255).toBeCloseTo(share, 2);
});

it("fades what is not selected, and leaves out what is filtered out or out of view", () => {
  draw(
    [
      [5.5, 5.5],
      [14.5, 5.5],
      [5.5, 14.5],
      [-30, 400],
    ],
    [1],
    [2],
  );
  expect(at(5, 5)[3]).toBe(Math.round(255 * OPACITY * FADED));
  expect(at(14, 5)[3]).toBeGreaterThan(200);
  expect(at(5, 14)[3]).toBe(0);
  expect(shown.data.filter((value) => value > 0).length).toBeGreaterThan(0);
});
