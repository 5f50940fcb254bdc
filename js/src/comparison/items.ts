/** What the keyboard goes through: left clusters, ribbons and right clusters, as three columns. */
import type { Drawing } from "./wire";

export interface Item {
  column: 0 | 1 | 2;
  index: number;
}

export function firstItem({ ribbons }: Drawing): Item {
  return { column: ribbons.length ? 1 : 0, index: 0 };
}

/** The ribbons that are an item, or end at it. */
export function ribbonsOf({ ribbons }: Drawing, { column, index }: Item): number[] {
  const all = ribbons.map((_, i) => i);
  return column === 1 ? [index] : all.filter((i) => ribbons[i]![column === 0 ? 0 : 1] === index);
}

/** Where a key leads; null where it means nothing. */
export function move(drawing: Drawing, item: Item, key: string): Item | null {
  const { sides, ribbons } = drawing;
  const { column, index } = item;
  const length = [sides[0]?.clusters.length ?? 0, ribbons.length, sides[1]?.clusters.length ?? 0][column]!;
  const to = (place: number): Item => ({ column, index: Math.min(length - 1, Math.max(0, place)) });
  switch (key) {
    case "ArrowDown":
      return to(index + 1);
    case "ArrowUp":
      return to(index - 1);
    case "Home":
      return to(0);
    case "End":
      return to(length - 1);
    case "ArrowLeft":
    case "ArrowRight":
      return across(drawing, item, key === "ArrowLeft" ? -1 : 1);
    default:
      return null;
  }
}

function across(drawing: Drawing, item: Item, step: -1 | 1): Item {
  const column = item.column + step;
  if (column < 0 || column > 2) return item;
  const { ribbons } = drawing;
  if (item.column === 1) {
    const ends = ribbons[item.index]!;
    return step < 0 ? { column: 0, index: ends[0] } : { column: 2, index: ends[1] };
  }
  // From a cluster to its thickest ribbon.
  const [widest] = ribbonsOf(drawing, item).sort((p, q) => ribbons[q]![2] - ribbons[p]![2]);
  return widest === undefined ? item : { column: 1, index: widest };
}
