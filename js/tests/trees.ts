/** Trees for tests: random ones of every shape, and the long chain that breaks naive drawing. */
import fc from "fast-check";
import { Tree } from "../src/tree";

interface Merge {
  start: number;
  size: number;
  split: number;
  height: number;
}

/** A tree over `n` rows; `choices` in [0, 1) say which neighbours merge next and how far they are apart. */
export function mergedTree(n: number, choices: readonly number[]): Tree {
  const choice = (i: number) => choices[i % choices.length]!;
  const parts = Array.from({ length: n }, (_, start) => ({ start, size: 1 }));
  const merges: Merge[] = [];
  let height = 0;
  while (parts.length > 1) {
    const at = Math.floor(choice(2 * merges.length) * (parts.length - 1));
    const [left, right] = [parts[at]!, parts[at + 1]!];
    const merged = { start: left.start, size: left.size + right.size };
    height += choice(2 * merges.length + 1);
    merges.push({ ...merged, split: left.size, height });
    parts.splice(at, 2, merged);
  }
  return treeOf(n, merges);
}

/** One long chain: every merge adds one leaf, above or below the others. */
export function caterpillar(n: number, isAbove: (step: number) => boolean = () => true): Tree {
  const sides = Array.from({ length: n - 1 }, (_, step) => isAbove(step));
  let start = sides.filter(Boolean).length;
  const merges = sides.map((above, step) => {
    if (above) start--;
    return { start, size: step + 2, split: above ? 1 : step + 1, height: step + 1 };
  });
  return treeOf(n, merges);
}

function treeOf(n: number, merges: readonly Merge[]): Tree {
  return new Tree(
    Uint32Array.from({ length: n }, (_, position) => n - 1 - position),
    Uint32Array.from(merges, ({ start }) => start),
    Uint32Array.from(merges, ({ size }) => size),
    Uint32Array.from(merges, ({ split }) => split),
    Float32Array.from(merges, ({ height }) => height),
  );
}

/** Trees of 2 to 300 leaves: bushy, chained, and with many equal distances. */
export const trees: fc.Arbitrary<Tree> = fc.oneof(
  fc
    .tuple(
      fc.integer({ min: 2, max: 300 }),
      fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 3 }),
    )
    .map(([n, choices]) => mergedTree(n, choices)),
  fc
    .tuple(fc.integer({ min: 2, max: 300 }), fc.array(fc.boolean(), { minLength: 1 }))
    .map(([n, sides]) => caterpillar(n, (step) => sides[step % sides.length]!)),
);
