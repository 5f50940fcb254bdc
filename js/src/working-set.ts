/** Which images are taken out, as bits of item ids (twin: the trait `excluded` of the kernel's widget). No DOM. */
import { Bitset } from "./selection";
import { type Dataset, unpackSelection } from "./wire";

/** What is out comes out at once, before the kernel has made the tree of the rest; null when all are visible. */
export function withoutExcluded(
  visible: Bitset | null,
  excluded: Uint8Array,
  dataset: Dataset,
): Bitset | null {
  const out = unpackSelection(excluded, dataset);
  return out.isEmpty() ? visible : (visible ?? allRows(dataset)).difference(out);
}

/** The bits of both. */
export function union(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(Math.max(a.length, b.length));
  both.set(a);
  b.forEach((byte, i) => {
    both[i]! |= byte;
  });
  return both;
}

/** The bits but for some items. */
export function withoutItems(bits: Uint8Array, ids: Iterable<number>): Uint8Array<ArrayBuffer> {
  const rest = Uint8Array.from(bits);
  for (const id of ids) if (id >>> 3 < rest.length) rest[id >>> 3]! &= ~(1 << (id & 7));
  return rest;
}

/** The share of the images that stand apart most, one at least; null while nobody has ranked them. */
export function standingApart({ columns, n }: Dataset, share: number): number[] | null {
  const column = columns.get("outlier");
  if (column?.kind !== "number" || n === 0) return null;
  const most = Math.max(1, Math.round(share * n));
  return rowsWhere(column.values, (rank) => rank <= most);
}

/** The images that repeat another one; null where the kernel has not said which do. */
export function copies({ columns }: Dataset): number[] | null {
  const column = columns.get("duplicate_of");
  return column?.kind === "category" ? rowsWhere(column.values, (code) => code >= 0) : null;
}

const allRows = ({ n }: Dataset): Bitset =>
  Bitset.of(
    n,
    Array.from({ length: n }, (_, row) => row),
  );

function rowsWhere(values: ArrayLike<number>, is: (value: number) => boolean): number[] {
  return Array.from(values).flatMap((value, row) => (is(value) ? [row] : []));
}
