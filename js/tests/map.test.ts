import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { colorByClusters, colorByColumn } from "../src/coloring";
import { random } from "../src/host/synthetic";
import { Bitset } from "../src/selection";
import { Fader } from "../src/views/fade";
import { densityContours } from "../src/views/map-contours";
import { coloringOfShown } from "../src/views/map-export";
import { Grid, isInside } from "../src/views/map-grid";
import { type Group, groupsOf, rowsOf, wordsOf } from "../src/views/map-groups";
import { type Label, liftOf, placesOf, withoutOverlap } from "../src/views/map-labels";
import { lassoMode } from "../src/views/map-lasso";
import { finestLevel, haveRoom, pictureLevels, placePictures } from "../src/views/map-pictures";
import { Move, pointLook } from "../src/views/map-points";
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
import { datasetOf } from "./dataset";

const EXTENT = { width: 400, height: 300 };
const unit = fc.double({ min: -1, max: 1, noNaN: true });
const layouts = fc
  .array(fc.tuple(unit, unit), { minLength: 1, maxLength: 200 })
  .map((points) => normalisePositions(Float32Array.from(points.flat().map((value) => 40 * value + 7))));
const allRows = (positions: Float32Array) => Array.from({ length: positions.length / 2 }, (_, row) => row);
const at = (positions: Float32Array, row: number) => [positions[2 * row]!, positions[2 * row + 1]!] as const;
const fitted = (positions: Float32Array) => fitView(boundsOf(positions), EXTENT);

describe("the view", () => {
  it("shows every point at first, with a margin", () => {
    fc.assert(
      fc.property(layouts, (positions) => {
        const view = fitted(positions);
        for (const row of allRows(positions)) {
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
        const expected = allRows(positions).filter((row) => {
          const [x, y] = at(positions, row);
          return x >= box.left && x <= box.right && y >= box.bottom && y <= box.top;
        });
        expect(found.sort((p, q) => p - q)).toEqual(expected);
      }),
    );
  });

  it("holds only what filters let through, and counts it without looking for it", () => {
    fc.assert(
      fc.property(layouts, fc.infiniteStream(fc.boolean()), (positions, draws) => {
        const shown = allRows(positions).filter(() => draws.next().value);
        const grid = new Grid(positions, Bitset.of(positions.length / 2, shown));
        const found: number[] = [];
        expect(grid.countAround(grid.bounds)).toBe(shown.length);
        grid.within(grid.bounds, (row) => found.push(row));
        expect(found.sort((p, q) => p - q)).toEqual(shown);
        const part = { ...grid.bounds, right: grid.bounds.left + 0.1 };
        const inPart = shown.filter((row) => at(positions, row)[0] <= part.right);
        expect(grid.countAround(part)).toBeGreaterThanOrEqual(inPart.length);
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
          const best = Math.min(...allRows(positions).map(distance));
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
        for (const row of allRows(positions)) {
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

  it("are given up beforehand only where there is no room for them", () => {
    fc.assert(
      fc.property(layouts, sizes, fc.double({ min: 0, max: 8, noNaN: true }), (positions, size, zoom) => {
        const view = zoomView(fitted(positions), 2 ** zoom, 120, 90, fitted(positions));
        const grid = new Grid(positions);
        const { pictures, inView } = placePictures(grid, pictureLevels(positions), view, EXTENT, size);
        fc.pre(inView > 0 && pictures.length >= 0.3 * inView);
        expect(haveRoom(grid, view, EXTENT, size, 0.3)).toBe(true);
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
        const cells = new Set(allRows(positions).map(cell));
        const pictured = allRows(positions).filter((row) => levels[row]! <= level);
        expect(pictured.map(cell).sort()).toEqual(Array.from(cells).sort());
      }),
    );
  });
});

describe("cluster names", () => {
  const group = (index: number): Group => ({
    index,
    name: String(index + 1),
    size: 1,
    shown: 1,
    color: "#000000",
    origin: `cluster ${index + 1}`,
  });

  it("stand at the member nearest to the mean; groups without members stand nowhere", () => {
    const positions = Float32Array.of(0, 0, 1, 0, 0.4, 0.1, -1, -1, 9, 9);
    const groups = { of: Int32Array.of(0, 0, 0, 1, -1), groups: [group(1), group(0), group(2)] };
    const [single, triple, ...others] = placesOf(positions, groups);
    expect(others).toEqual([]);
    expect([single!.centre, triple!.centre]).toEqual([3, 2]);
    const [x, y] = [1.4 / 3, 0.1 / 3];
    const squares = [x ** 2 + y ** 2, (1 - x) ** 2 + y ** 2, (0.4 - x) ** 2 + (0.1 - y) ** 2];
    expect(triple!.spread).toBeCloseTo(Math.sqrt((squares[0]! + squares[1]! + squares[2]!) / 3), 6);
    expect(single!.spread).toBe(0);
  });

  it("leave in sight a cluster that they would hide", () => {
    const name = { width: 40, height: 16 };
    const small = 10;
    expect(liftOf(small, name) - name.height / 2).toBeGreaterThanOrEqual(small);
    expect(liftOf(200, name)).toBe(0);
  });

  it("are shown in order of importance, without overlap", () => {
    const label = (index: number, x: number): Label => ({
      group: group(index),
      x,
      y: 0,
      width: 20,
      height: 10,
      isShown: false,
    });
    const placed = withoutOverlap([label(0, 0), label(1, 15), label(2, 20), label(3, 30)]);
    expect(placed.map(({ isShown }) => isShown)).toEqual([true, false, true, false]);
  });

  it("are those of clusters, or of the categories of the column that colours stand for", () => {
    const dataset = datasetOf(60);
    const clusters = dataset.tree!.clusters(5);
    const byClusters = groupsOf(dataset, clusters, colorByClusters(dataset, clusters))!;
    expect(byClusters.groups.map(({ size }) => size)).toEqual(
      Array.from(clusters.size).sort((a, b) => b - a),
    );
    const few = Bitset.of(60, dataset.tree!.leafOrder.subarray(0, clusters.size[0]! + 1));
    expect(groupsOf(dataset, clusters, colorByClusters(dataset, clusters), few)!.groups).toMatchObject(
      [
        { name: "1", shown: clusters.size[0]! },
        { name: "2", shown: 1 },
      ].toSorted((a, b) => b.shown - a.shown),
    );
    const column = dataset.columns.get("breed")!;
    const { of, groups } = groupsOf(dataset, clusters, colorByColumn(column, "#ffffff"))!;
    for (const { index, name, size } of groups) {
      expect(name).toBe(column.categories[index]);
      expect(rowsOf(of, index)).toHaveLength(size);
    }
    const visible = Bitset.of(60, rowsOf(of, groups[0]!.index).slice(0, 2));
    const filtered = groupsOf(dataset, clusters, colorByColumn(column, "#ffffff"), visible)!.groups;
    expect(filtered).toEqual([{ ...groups[0], shown: 2 }]);
    expect(wordsOf(filtered[0]!)[1]).toBe(` · 2 of ${groups[0]!.size}`);
    expect(wordsOf(groups[0]!)[1]).toBe(` · ${groups[0]!.size}`);
    expect(groupsOf(dataset, clusters, colorByColumn(dataset.columns.get("width")!, "#ffffff"))).toBeNull();
  });

  it("are the largest two hundred where there are as many as images", () => {
    const dataset = datasetOf(900);
    const clusters = dataset.tree!.clusters(400);
    const { groups } = groupsOf(dataset, clusters, colorByClusters(dataset, clusters))!;
    expect(groups.map(({ size }) => size)).toEqual(
      Array.from(clusters.size)
        .sort((a, b) => b - a)
        .slice(0, 200),
    );
    expect(groups.every(({ index, size }) => clusters.size[index] === size)).toBe(true);
  });

  it("fade in and out, but are there at once at first and for who wants no motion", () => {
    const fader = new Fader();
    expect(fader.step(1000, new Map([["a", true]]), false).of("a")).toBe(1);
    const later = fader.step(
      1016,
      new Map([
        ["a", false],
        ["b", true],
      ]),
      false,
    );
    expect(later.isMoving).toBe(true);
    expect(later.of("a")).toBeCloseTo(1 - 16 / 180);
    expect(later.of("b")).toBeCloseTo(16 / 180);
    const still = fader.step(1032, new Map([["b", true]]), true);
    expect([still.isMoving, still.of("a"), still.of("b")]).toEqual([false, 0, 1]);
  });
});

describe("the legend of a picture of the map", () => {
  const dataset = datasetOf(60);
  const shown = Bitset.of(60, [0, 1, 2, 3, 4, 5, 6]);

  it("counts what the filters let through, and names nothing else", () => {
    const column = dataset.columns.get("breed")!;
    const whole = colorByColumn(column, "#ffffff");
    expect(coloringOfShown(whole, column, null)).toBe(whole);
    const { legend } = coloringOfShown(whole, column, shown);
    const expected = new Map<string, number>();
    for (const row of shown) {
      const label = column.categories[column.values[row]!] ?? "no value";
      expected.set(label, (expected.get(label) ?? 0) + 1);
    }
    const entries = legend.kind === "entries" ? legend.entries : [];
    expect(new Map(entries.map(({ label, count }) => [label, count]))).toEqual(expected);
  });

  it("counts the missing numbers among them", () => {
    const column = { name: "age", kind: "number", values: new Float32Array(60), categories: [] } as const;
    column.values.set([Number.NaN, 1, Number.NaN, 2]);
    column.values[50] = Number.NaN;
    const { legend } = coloringOfShown(colorByColumn(column, "#ffffff"), column, shown);
    expect(legend).toMatchObject({ kind: "range", missing: 2 });
  });
});

describe("lines of density", () => {
  /** Even-odd over all rings, as they are drawn. */
  const holds = (rings: readonly Float32Array[], x: number, y: number) =>
    rings.filter((ring) => isInside(ring, x, y)).length % 2 === 1;

  it("enclose about the share of the images that they stand for, each within the one before", () => {
    const draw = random(5);
    const normal = () => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
    const positions = normalisePositions(
      Float32Array.from({ length: 8000 }, (_, i) => normal() + (i % 4 < 2 ? 5 : 0) * (i % 2)),
    );
    const lines = densityContours(positions, allRows(positions));
    const shares = lines.map(
      (rings) => allRows(positions).filter((row) => holds(rings, ...at(positions, row))).length / 4000,
    );
    expect(lines).toHaveLength(5);
    shares.forEach((share, i) => {
      expect(Math.abs(share - [0.95, 0.8, 0.6, 0.4, 0.2][i]!)).toBeLessThan(0.06);
    });
  });

  it("can be drawn of one image, and of images that are all at one place", () => {
    expect(densityContours(Float32Array.of(0, 0), [0]).flat().length).toBeGreaterThan(0);
    expect(
      densityContours(new Float32Array(200), allRows(new Float32Array(200))).flat().length,
    ).toBeGreaterThan(0);
  });
});

describe("an outline", () => {
  const keys = { shiftKey: false, altKey: false, ctrlKey: false, metaKey: false };

  it("does what was chosen unless a key says otherwise", () => {
    expect(lassoMode(keys, "lasso", "intersect")).toBe("intersect");
    expect(lassoMode({ ...keys, shiftKey: true }, "pan", "replace")).toBe("replace");
    expect(lassoMode({ ...keys, shiftKey: true }, "rectangle", "replace")).toBe("add");
    expect(lassoMode({ ...keys, metaKey: true }, "pan", "remove")).toBe("add");
    expect(lassoMode({ ...keys, altKey: true }, "lasso", "add")).toBe("remove");
    expect(lassoMode({ ...keys, altKey: true, ctrlKey: true }, "pan", "add")).toBe("intersect");
  });
});

describe("points on their way to another layout", () => {
  it("start slowly, pass the middle at half time, and arrive", () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const move = new Move(new Float32Array(2), 1000);
    const shares = [0, 250, 250, 250, 250, 250].map((ms) => {
      vi.advanceTimersByTime(ms);
      return move.share();
    });
    vi.useRealTimers();
    expect(shares).toEqual([0, 0.0625, 0.5, 0.9375, 1, 1]);
  });
});

describe("the look of points", () => {
  it("is smaller and paler the more there are, larger and more solid the nearer one comes", () => {
    const looks = [19, 400, 5000, 20_000, 100_000].map((n) => pointLook(n, 1, EXTENT));
    for (const [i, { size, opacity }] of looks.slice(1).entries()) {
      expect(size).toBeLessThan(looks[i]!.size + 1e-9);
      expect(opacity).toBeLessThanOrEqual(looks[i]!.opacity);
    }
    expect(looks.at(-1)!.opacity).toBeLessThan(looks[0]!.opacity);
    const near = pointLook(100_000, 20, EXTENT);
    expect(near.size).toBeGreaterThan(looks.at(-1)!.size);
    expect(near.opacity).toBeGreaterThan(looks.at(-1)!.opacity);
  });
});
