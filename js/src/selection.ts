/** Sets of rows, one bit a row: cheap to combine and to compare at 100,000 images. */

export type SelectMode = "replace" | "add" | "toggle" | "remove" | "intersect";

export class Bitset {
  readonly length: number;
  readonly words: Uint32Array;

  constructor(length: number, words = new Uint32Array((length + 31) >>> 5)) {
    this.length = length;
    this.words = words;
  }

  static of(length: number, rows: Iterable<number>): Bitset {
    const set = new Bitset(length);
    for (const row of rows) set.add(row);
    return set;
  }

  has(row: number): boolean {
    return ((this.words[row >>> 5] ?? 0) & (1 << (row & 31))) !== 0;
  }

  /** Rows outside 0 … length-1 are ignored. */
  add(row: number): void {
    if (row >= 0 && row < this.length) this.words[row >>> 5]! |= 1 << (row & 31);
  }

  delete(row: number): void {
    if (row >= 0 && row < this.length) this.words[row >>> 5]! &= ~(1 << (row & 31));
  }

  count(): number {
    let total = 0;
    for (let word of this.words) {
      // Population count by parallel sums (Hacker's Delight, section 5-1).
      word -= (word >>> 1) & 0x55555555;
      word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
      total += (((word + (word >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
    }
    return total;
  }

  isEmpty(): boolean {
    return this.words.every((word) => word === 0);
  }

  equals(other: Bitset): boolean {
    return this.length === other.length && this.words.every((word, i) => word === other.words[i]);
  }

  /** Whether every row of `other` is in this set. */
  covers(other: Bitset): boolean {
    return other.words.every((word, i) => (word & ~(this.words[i] ?? 0)) === 0);
  }

  union(other: Bitset): Bitset {
    return new Bitset(
      this.length,
      this.words.map((word, i) => word | (other.words[i] ?? 0)),
    );
  }

  difference(other: Bitset): Bitset {
    return new Bitset(
      this.length,
      this.words.map((word, i) => word & ~(other.words[i] ?? 0)),
    );
  }

  intersection(other: Bitset): Bitset {
    return new Bitset(
      this.length,
      this.words.map((word, i) => word & (other.words[i] ?? 0)),
    );
  }

  *[Symbol.iterator](): IterableIterator<number> {
    for (let i = 0; i < this.words.length; i++) {
      for (let word = this.words[i]!; word !== 0; word &= word - 1) {
        yield (i << 5) + (31 - Math.clz32(word & -word));
      }
    }
  }
}

/**
 * The selection after a gesture.
 *
 * Toggling several rows at once takes them out when all are in, and else puts all in: flipping each
 * of them would turn a half-selected branch into its complement, which nobody means.
 */
export function combine(current: Bitset, rows: Bitset, mode: SelectMode): Bitset {
  switch (mode) {
    case "replace":
      return rows;
    case "add":
      return current.union(rows);
    case "remove":
      return current.difference(rows);
    case "intersect":
      return current.intersection(rows);
    case "toggle":
      return current.covers(rows) ? current.difference(rows) : current.union(rows);
  }
}

/** What the held keys mean for a click or a lasso. */
export function modeOf(event: { shiftKey: boolean; ctrlKey: boolean; metaKey: boolean }): SelectMode {
  if (event.ctrlKey || event.metaKey) return "toggle";
  return event.shiftKey ? "add" : "replace";
}
