import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Grid, isInside } from "../src/views/map-grid";
import { clusterPlaces, type Label, liftOf, withoutOverlap } from "../src/views/map-labels";
import { finestLevel, pictureLevels, placePictures } from "../src/views/map-pictures";
import {
  boundsOf,
  fitView,
  type MapView,
  normalisePositions,
  panView,
  toMapX,
  toMapY,
  toPixelX,
  toPixelY,
  zoomView,
} from "../src/views/map-view";

const EXTENT = { width: 400, height: 300 };
const unit = fc.double({ min: -1, max: 1, noNaN: true });
const layouts = fc
  .array(fc.tuple(unit, unit), { minLength: 1, maxLength: 200 })
  .map((points) => normalisePositions(Float32Array.from(points.flat().map((value) => 40 * value + 7))));
const rowsOf = (positions: Float32Array) => Array.from({ length: positions.length / 2 }, (_, row) => row);
const at = (positions: Float32Array, row: number) => [positions[2 * row]!, positions[2 * row + 1]!] as const;
const fitted = (positions: Float32Array) => fitView(boundsOf(positions), EXTENT);

describe("the view", () => {
  it("shows every point at first, with a margin", () => {
    fc.assert(
      fc.property(layouts, (positions) => {
        const view = fitted(positions);
        for (const row of rowsOf(positions)) {
          const [x, y] = at(positions, row);
          expect(toPixelX(view, x)).toBeGreaterThan(20);
          expect(toPixelX(view, x)).toBeLessThan(EXTENT.width - 20);
          expect(toPixelY(view, y)).toBeGreaterThan(20);
          expect(toPixelY(view, y)).toBeLessThan(EXTENT.height - 20);
        }
      }),
    );
  });

  it("keeps distances in proportion, and y upwards", () => {
    const positions = normalisePositions(Float32Array.of(0, 0, 10, 0, 0, 5));
    expect(Array.from(positions)).toEqual([-1, -0.5, 1, -0.5, -1, 0.5]);
    const view = fitted(positions);
    expect(toPixelY(view, 0.5)).toBeLessThan(toPixelY(view, -0.5));
  });

  it("holds the point under the pointer while zooming", () => {
    fc.assert(
      fc.property(
        layouts,
        unit,
        unit,
        fc.double({ min: 0.1, max: 10, noNaN: true }),
        (positions, px, py, factor) => {
          const view = fitted(positions);
          const [x, y] = [200 + 200 * px, 150 + 150 * py];
          const zoomed = zoomView(view, factor, x, y, view);
          expect(toMapX(zoomed, x)).toBeCloseTo(toMapX(view, x), 6);
          expect(toMapY(zoomed, y)).toBeCloseTo(toMapY(view, y), 6);
        },
      ),
    );
  });

  it("never loses the map from sight", () => {
    fc.assert(
      fc.property(layouts, fc.integer(), fc.integer(), (positions, dx, dy) => {
        const bounds = boundsOf(positions);
        const view: MapView = panView(fitted(positions), dx % 1e5, dy % 1e5, bounds, EXTENT);
        expect(toPixelX(view, bounds.right)).toBeGreaterThan(0);
        expect(toPixelX(view, bounds.left)).toBeLessThan(EXTENT.width);
        expect(toPixelY(view, bounds.bottom)).toBeGreaterThan(0);
        expect(toPixelY(view, bounds.top)).toBeLessThan(EXTENT.height);
      }),
    );
  });
});

describe("Grid", () => {
  it("finds the rows in a rectangle, as looking at all of them does", () => {
    fc.assert(
      fc.property(layouts, fc.tuple(unit, unit, unit, unit), (positions, [a, b, c, d]) => {
        const box = {
          left: Math.min(a, b),
          right: Math.max(a, b),
          bottom: Math.min(c, d),
          top: Math.max(c, d),
        };
        const found: number[] = [];
        new Grid(positions).within(box, (row) => found.push(row));
        const expected = rowsOf(positions).filter((row) => {
          const [x, y] = at(positions, row);
          return x >= box.left && x <= box.right && y >= box.bottom && y <= box.top;
        });
        expect(found.sort((p, q) => p - q)).toEqual(expected);
      }),
    );
  });

  it("finds the nearest row within reach, as looking at all of them does", () => {
    fc.assert(
      fc.property(
        layouts,
        unit,
        unit,
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        (positions, x, y, reach) => {
          const distance = (row: number) => Math.hypot(at(positions, row)[0] - x, at(positions, row)[1] - y);
          const best = Math.min(...rowsOf(positions).map(distance));
          const found = new Grid(positions).nearest(x, y, reach);
          if (best > reach) expect(found).toBeNull();
          else expect(distance(found!)).toBe(best);
        },
      ),
    );
  });

  it("finds the rows inside a lasso", () => {
    const positions = Float32Array.of(0, 0, 0.9, 0.9, -0.9, 0.1, 0.2, -0.3);
    const triangle = Float32Array.of(-0.5, -0.5, 0.5, -0.5, 0, 0.5);
    expect(new Grid(positions).inside(triangle).sort()).toEqual([0, 3]);
    expect(new Grid(positions).inside(triangle.subarray(0, 4))).toEqual([]);
  });

  it("agrees with a convex outline's own inequalities", () => {
    fc.assert(
      fc.property(unit, unit, fc.integer({ min: 3, max: 12 }), (x, y, corners) => {
        const outline = new Float32Array(2 * corners);
        for (let i = 0; i < corners; i++) {
          outline[2 * i] = Math.cos((2 * Math.PI * i) / corners);
          outline[2 * i + 1] = Math.sin((2 * Math.PI * i) / corners);
        }
        const sides = Array.from({ length: corners }, (_, i) => {
          const middle = (2 * Math.PI * (i + 0.5)) / corners;
          return Math.cos(Math.PI / corners) - (x * Math.cos(middle) + y * Math.sin(middle));
        });
        const margin = Math.min(...sides);
        fc.pre(Math.abs(margin) > 1e-4);
        expect(isInside(outline, x, y)).toBe(margin > 0);
      }),
    );
  });
});

describe("pictures on the map", () => {
  const sizes = fc.integer({ min: 24, max: 80 });

  it("never overlap, and are in view", () => {
    fc.assert(
      fc.property(layouts, sizes, fc.double({ min: 0, max: 8, noNaN: true }), (positions, size, zoom) => {
        const view = zoomView(fitted(positions), 2 ** zoom, 120, 90, fitted(positions));
        const { pictures } = placePictures(new Grid(positions), pictureLevels(positions), view, EXTENT, size);
        for (const [i, a] of pictures.entries()) {
          expect(a.x > -size && a.x < EXTENT.width + size && a.y > -size && a.y < EXTENT.height + size).toBe(
            true,
          );
          for (const b of pictures.slice(0, i)) {
            expect(Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y))).toBeGreaterThanOrEqual(size);
          }
        }
      }),
    );
  });

  it("leave no point in view without one that is near enough to stand in its way", () => {
    fc.assert(
      fc.property(layouts, sizes, (positions, size) => {
        const view = fitted(positions);
        const { pictures, inView } = placePictures(
          new Grid(positions),
          pictureLevels(positions),
          view,
          EXTENT,
          size,
        );
        expect(inView).toBe(positions.length / 2);
        for (const row of rowsOf(positions)) {
          const [x, y] = at(positions, row);
          const near = pictures.some(
            (picture) =>
              Math.max(Math.abs(picture.x - toPixelX(view, x)), Math.abs(picture.y - toPixelY(view, y))) <
              2 * size,
          );
          expect(near).toBe(true);
        }
      }),
    );
  });

  it("give one picture to each cell of each level", () => {
    fc.assert(
      fc.property(layouts, fc.nat(), (positions, pick) => {
        const level = pick % (finestLevel(positions.length / 2) + 1);
        const levels = pictureLevels(positions);
        const cell = (row: number) =>
          at(positions, row)
            .map((value) => Math.min(2 ** level - 1, Math.floor(((value + 1) / 2) * 2 ** level)))
            .join();
        const cells = new Set(rowsOf(positions).map(cell));
        const pictured = rowsOf(positions).filter((row) => levels[row]! <= level);
        expect(pictured.map(cell).sort()).toEqual(Array.from(cells).sort());
      }),
    );
  });
});

describe("cluster names", () => {
  it("stand at the member nearest to the mean", () => {
    const positions = Float32Array.of(0, 0, 1, 0, 0.4, 0.1, -1, -1);
    const clusters = {
      k: 2,
      labels: Int32Array.of(0, 0, 0, 1),
      size: Uint32Array.of(3, 1),
      start: Uint32Array.of(0, 3),
      color: Int32Array.of(0, 1),
      node: Int32Array.of(1, -4),
    };
    const { centre, spread } = clusterPlaces(positions, clusters);
    expect(Array.from(centre)).toEqual([2, 3]);
    const [x, y] = [1.4 / 3, 0.1 / 3];
    const squares = [x ** 2 + y ** 2, (1 - x) ** 2 + y ** 2, (0.4 - x) ** 2 + (0.1 - y) ** 2];
    expect(spread[0]).toBeCloseTo(Math.sqrt((squares[0]! + squares[1]! + squares[2]!) / 3), 6);
    expect(spread[1]).toBe(0);
  });

  it("leave in sight a cluster that they would hide", () => {
    const name = { width: 40, height: 16 };
    const small = 10;
    expect(liftOf(small, name) - name.height / 2).toBeGreaterThanOrEqual(small);
    expect(liftOf(200, name)).toBe(0);
  });

  it("are kept in order of importance, without overlap", () => {
    const label = (cluster: number, x: number): Label => ({ cluster, x, y: 0, width: 20, height: 10 });
    const kept = withoutOverlap([label(0, 0), label(1, 15), label(2, 20), label(3, 30)]);
    expect(kept.map(({ cluster }) => cluster)).toEqual([0, 2]);
  });
});
