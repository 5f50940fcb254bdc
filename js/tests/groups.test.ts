import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { groupRows } from "../src/groups";
import { Bitset } from "../src/selection";
import { Lines } from "../src/views/gallery-lines";
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

describe("lines of the gallery", () => {
  const groups = groupRows(dataset, clusters, "cluster", null);
  const lines = new Lines(groups, 4);

  it("hold each position once, under the head of its group", () => {
    let next = 0;
    lines.lines.forEach((line, i) => {
      if (line.kind === "header") return;
      expect(line.first).toBe(next);
      expect(line.count).toBeLessThanOrEqual(4);
      for (let position = line.first; position < line.first + line.count; position++) {
        expect(lines.lineOf(position)).toBe(i);
        const head = lines.lines[lines.headerAbove(i)!];
        if (head?.kind !== "header") throw new Error("no header");
        expect(head.group.rows).toContain(lines.rows[position]);
      }
      next += line.count;
    });
    expect(next).toBe(50);
  });

  it("lead up and down in the same column, over the heads, and no further than the ends", () => {
    fc.assert(
      fc.property(fc.nat(49), (position) => {
        const down = lines.move(position, "ArrowDown", 3)!;
        const from = lines.lines[lines.lineOf(position)];
        const to = lines.lines[lines.lineOf(down)];
        if (from?.kind !== "tiles" || to?.kind !== "tiles") throw new Error("not a line of tiles");
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

  it("may be none", () => {
    const none = new Lines([], 4);
    expect(none.lines).toEqual([]);
    expect(none.headerAbove(0)).toBeNull();
  });
});
