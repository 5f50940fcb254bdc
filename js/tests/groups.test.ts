import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { groupKey, groupRows } from "../src/groups";
import { Bitset } from "../src/selection";
import { HEADER_HEIGHT, Lines } from "../src/views/gallery-lines";
import { tileShape } from "../src/views/gallery-shape";
import { datasetOf } from "./dataset";

const dataset = datasetOf(50);
const clusters = dataset.tree!.clusters(6);
const order = [...dataset.tree!.leafOrder];

describe("groups", () => {
  it.each(["cluster", "breed", "", "width", "gone"])(
    "by %j hold each shown row once, in leaf order",
    (groupBy) => {
      fc.assert(
        fc.property(fc.uniqueArray(fc.nat(49)), (rows) => {
          const groups = groupRows(dataset, clusters, groupBy, Bitset.of(50, rows));
          const shown = groups.flatMap((group) => [...group.rows]);
          expect(shown.toSorted((a, b) => a - b)).toEqual(rows.toSorted((a, b) => a - b));
          for (const group of groups) {
            const places = [...group.rows].map((row) => order.indexOf(row));
            expect(places).toEqual(places.toSorted((a, b) => a - b));
            expect(group.rows.length).toBeGreaterThan(0);
            expect(group.rows.length).toBeLessThanOrEqual(group.total);
          }
        }),
        { numRuns: 20 },
      );
    },
  );

  it("by cluster are the clusters", () => {
    const groups = groupRows(dataset, clusters, "cluster", null);
    expect(groups.map(({ label, total }) => [label, total])).toEqual(
      Array.from(clusters.size, (size, c) => [`Cluster ${c + 1}`, size]),
    );
    for (const { rows, code } of groups) for (const row of rows) expect(clusters.labels[row]).toBe(code);
  });

  it("are one where there are more clusters than anyone could look through", () => {
    const many = datasetOf(10_001);
    expect(groupRows(many, many.tree!.clusters(10_000), "cluster", null)).toHaveLength(10_000);
    const [all, ...others] = groupRows(many, many.tree!.clusters(10_001), "cluster", null);
    expect(others).toEqual([]);
    expect(all).toMatchObject({ label: "", total: 10_001, rows: many.tree!.leafOrder });
  });

  it("by category follow the categories, what has none comes last", () => {
    const groups = groupRows(dataset, clusters, "breed", null);
    const { categories, values } = dataset.columns.get("breed")!;
    const codes = groups.map(({ code }) => code);
    expect(codes.filter((code) => code >= 0)).toEqual(
      codes.filter((code) => code >= 0).toSorted((a, b) => a - b),
    );
    expect(codes.indexOf(-1)).toBe(values.includes(-1) ? codes.length - 1 : -1);
    for (const { label, code, rows } of groups) {
      expect(label).toBe(code < 0 ? "no breed" : categories[code]);
      for (const row of rows) expect(values[row]).toBe(code);
    }
  });

  it("are one, in the order of names, before there is a tree", () => {
    const early = datasetOf(5, "scan");
    const [group, ...others] = groupRows(early, null, "cluster", null);
    expect(others).toEqual([]);
    expect(group).toMatchObject({ label: "", total: 5 });
    expect([...group!.rows]).toEqual([0, 1, 2, 3, 4]);
  });
});

const shape = { perLine: 4, height: 50, groupGap: 8 };

describe("lines of the gallery", () => {
  const groups = groupRows(dataset, clusters, "cluster", null);
  const lines = new Lines(groups, shape);

  it("hold each position once, under the head of its group", () => {
    let next = 0;
    for (let i = 0; i < lines.count; i++) {
      const line = lines.line(i);
      if (line.kind === "header") {
        expect(lines.headerAbove(i)).toBe(i);
        continue;
      }
      expect(line.first).toBe(next);
      expect(line.count).toBeLessThanOrEqual(4);
      for (let position = line.first; position < line.first + line.count; position++) {
        expect(lines.lineOf(position)).toBe(i);
        const head = lines.line(lines.headerAbove(i)!);
        if (head.kind !== "header") throw new Error("no header");
        expect(head.group.rows).toContain(lines.rows[position]);
      }
      next += line.count;
    }
    expect(next).toBe(50);
  });

  it("stand below one another without holes, a group's last with the gap below the group", () => {
    let bottom = 0;
    for (let i = 0; i < lines.count; i++) {
      const top = lines.top(i);
      expect(top).toBe(bottom);
      expect(lines.lineAt(top)).toBe(i);
      const isHead = lines.line(i).kind === "header";
      const isLast = i === lines.count - 1 || lines.line(i + 1).kind === "header";
      expect(lines.heightOf(i)).toBe(isHead ? HEADER_HEIGHT : isLast ? 58 : 50);
      bottom = top + lines.heightOf(i);
      expect(lines.lineAt(bottom - 0.5)).toBe(i);
    }
    expect(lines.height).toBe(bottom);
    expect([lines.lineAt(-50), lines.lineAt(1e9)]).toEqual([0, lines.count - 1]);
  });

  it("say which positions a rectangle meets", () => {
    fc.assert(
      fc.property(fc.nat(lines.height), fc.nat(lines.height), fc.nat(3), fc.nat(3), (a, b, c, d) => {
        const [top, bottom] = [Math.min(a, b), Math.max(a, b)];
        const [left, right] = [Math.min(c, d), Math.max(c, d)];
        const met = lines.positionsIn(top, bottom, left, right);
        for (let position = 0; position < 50; position++) {
          const line = lines.lineOf(position);
          const head = lines.line(line);
          if (head.kind !== "pictures") throw new Error("not a line of pictures");
          const column = position - head.first;
          const isCrossed = line >= lines.lineAt(top) && line <= lines.lineAt(bottom);
          expect(met.includes(position)).toBe(isCrossed && column >= left && column <= right);
        }
      }),
    );
  });

  it("lead up and down in the same column, over the heads, and no further than the ends", () => {
    fc.assert(
      fc.property(fc.nat(49), (position) => {
        const down = lines.move(position, "ArrowDown", 3)!;
        const from = lines.line(lines.lineOf(position));
        const to = lines.line(lines.lineOf(down));
        if (from.kind !== "pictures" || to.kind !== "pictures") throw new Error("not a line of pictures");
        expect(down - to.first).toBe(Math.min(position - from.first, to.count - 1));
        if (down !== position) expect(to.first).toBe(from.first + from.count);
        expect(lines.move(position, "ArrowRight", 3)).toBe(Math.min(49, position + 1));
        expect(lines.move(position, "ArrowLeft", 3)).toBe(Math.max(0, position - 1));
        const page = lines.move(position, "PageUp", 3)!;
        const steps = ["ArrowUp", "ArrowUp", "ArrowUp"].reduce(
          (at, key) => lines.move(at, key, 3)!,
          position,
        );
        expect(lines.lineOf(page)).toBe(lines.lineOf(steps));
      }),
    );
    expect(lines.move(7, "Home", 3)).toBe(0);
    expect(lines.move(7, "End", 3)).toBe(49);
    expect(lines.move(7, "x", 3)).toBeNull();
  });

  it("leave out what is folded, but not its head", () => {
    const folded = new Set([groupKey(groups[1]!), groupKey(groups[5]!)]);
    const some = new Lines(groups, shape, (group) => folded.has(groupKey(group)));
    const shown = groups.filter((group) => !folded.has(groupKey(group)));
    expect([...some.rows]).toEqual(shown.flatMap(({ rows }) => [...rows]));
    const heads = Array.from({ length: some.count }, (_, i) => some.line(i)).flatMap((line) =>
      line.kind === "header" ? [[line.group.label, line.isCollapsed]] : [],
    );
    expect(heads).toEqual(groups.map((group) => [group.label, folded.has(groupKey(group))]));
    for (let position = 0; position < some.rows.length; position++) {
      const line = some.line(some.lineOf(position));
      if (line.kind !== "pictures") throw new Error("not a line of pictures");
      expect(position - line.first).toBeLessThan(line.count);
      expect(position).toBeGreaterThanOrEqual(line.first);
    }
    expect(some.move(0, "End", 3)).toBe(some.rows.length - 1);
  });

  it("may be none", () => {
    const none = new Lines([], shape);
    expect([none.count, none.height]).toEqual([0, 0]);
    expect(none.headerAbove(0)).toBeNull();
    expect(none.positionsIn(0, 100, 0, 3)).toEqual([]);
  });
});

describe("tiles", () => {
  it("fill the room, about as large as wished for and never enlarged", () => {
    fc.assert(
      fc.property(fc.integer({ min: 120, max: 2000 }), fc.integer({ min: 32, max: 256 }), (room, wished) => {
        const { side, perLine } = tileShape(room, wished, 6);
        expect(side).toBeLessThanOrEqual(256);
        expect(perLine * (side + 6) - 6).toBeLessThanOrEqual(room);
        expect(perLine * (side + 7) - 6).toBeGreaterThan(room - 1);
        if (room > 3 * wished) expect(Math.abs(side - wished) / wished).toBeLessThan(0.35);
      }),
    );
  });
});
