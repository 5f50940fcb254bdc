import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bitset, combine, modeOf } from "../src/selection";

const N = 70;
const rows = fc.uniqueArray(fc.nat(N - 1));
const sorted = (values: Iterable<number>): number[] => [...values].sort((a, b) => a - b);

describe("a bitset", () => {
  it("does what a set does", () => {
    fc.assert(
      fc.property(rows, rows, (a, b) => {
        const [x, y] = [Bitset.of(N, a), Bitset.of(N, b)];
        expect([...x]).toEqual(sorted(a));
        expect(x.count()).toBe(a.length);
        expect(x.isEmpty()).toBe(a.length === 0);
        expect([...x.union(y)]).toEqual(sorted(new Set([...a, ...b])));
        expect([...x.difference(y)]).toEqual(sorted(a.filter((row) => !b.includes(row))));
        expect(x.covers(y)).toBe(b.every((row) => a.includes(row)));
        expect(x.equals(y)).toBe(sorted(a).join() === sorted(b).join());
        for (const row of a) x.delete(row);
        expect(x.isEmpty()).toBe(true);
      }),
    );
  });

  it("ignores rows that there are not", () => {
    expect([...Bitset.of(3, [-1, 0, 3, 1000])]).toEqual([0]);
  });
});

describe("a gesture", () => {
  const current = Bitset.of(N, [1, 2, 40]);

  it.each([
    ["replace", [2, 3], [2, 3]],
    ["add", [2, 3], [1, 2, 3, 40]],
    ["remove", [2, 3], [1, 40]],
    ["toggle", [2, 3], [1, 2, 3, 40]],
    ["toggle", [2, 40], [1]],
    ["toggle", [2], [1, 40]],
  ] as const)("%s %j leaves %j", (mode, chosen, left) => {
    expect([...combine(current, Bitset.of(N, chosen), mode)]).toEqual(left);
    expect([...current]).toEqual([1, 2, 40]);
  });

  it("means what the keys say, Ctrl and Cmd alike", () => {
    const keys = { shiftKey: false, ctrlKey: false, metaKey: false };
    expect(modeOf(keys)).toBe("replace");
    expect(modeOf({ ...keys, shiftKey: true })).toBe("add");
    expect(modeOf({ ...keys, ctrlKey: true })).toBe("toggle");
    expect(modeOf({ ...keys, metaKey: true, shiftKey: true })).toBe("toggle");
  });
});
