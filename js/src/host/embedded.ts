/** What an exported file holds in elements that no browser runs (twin: imgclust_jupyter/widget/export/). */
import { fromBase64 } from "../filters";

/** The traits of a model; those that are bytes apart, as base64. */
export interface Traits {
  state: Record<string, unknown>;
  bytes: Record<string, string>;
}

export interface Contents {
  dataset: Traits;
  view: Traits;
  errors: readonly { path: string; reason: string }[];
  /** Of the columns that the widget cannot sort by itself: item ids (uint32), the last `missing` without a value. */
  orders: Readonly<Record<string, { missing: number; ids: string }>>;
  /** Of each row `count` items: itself and the nearest ones (uint32), and how far they are (float32). */
  similar: { count: number; ids: string; distances: string } | null;
  /** Which rows have a picture, in the order of the blocks, and how many letters each takes (uint32). */
  pictures: { perBlock: number; rows: string; lengths: string };
}

/** One column of what is known of images in words. */
export interface Texts {
  name: string;
  isNumber: boolean;
  values: readonly (string | number | null)[];
}

/** Gives the text of an element by the last part of its id. */
export type Read = (name: string) => string;

export const readFrom =
  (document: Document): Read =>
  (name) =>
    document.getElementById(`imgclust-${name}`)?.textContent ?? "";

export class Embedded {
  readonly contents: Contents;
  private readonly read: Read;
  private readonly places: ReadonlyMap<number, { block: number; start: number; length: number }>;
  private words: readonly Texts[] | undefined;
  private nearest: { ids: Uint32Array; distances: Float32Array } | undefined;

  constructor(read: Read) {
    this.read = read;
    this.contents = JSON.parse(read("document")) as Contents;
    this.places = placesOf(this.contents.pictures);
  }

  /** Parsed when somebody first asks: the views need them to show names, not to appear. */
  get texts(): readonly Texts[] {
    this.words ??= JSON.parse(this.read("texts")) as Texts[];
    return this.words;
  }

  /** The items nearest to a row, itself first, and how far they are; null where that is not known. */
  similar(row: number, most: number): [Uint32Array, Float32Array] | null {
    const known = this.contents.similar;
    if (known === null) return null;
    const { count } = known;
    this.nearest ??= {
      ids: wordsOf(known.ids),
      distances: new Float32Array(fromBase64(known.distances).buffer),
    };
    const [from, to] = [count * row, count * row + Math.min(most, count)];
    return [this.nearest.ids.slice(from, to), this.nearest.distances.slice(from, to)];
  }

  /** The encoded picture of a row; null where it was left out. */
  picture(row: number): Uint8Array | null {
    const place = this.places.get(row);
    if (!place) return null;
    const { block, start, length } = place;
    return fromBase64(this.read(`pictures-${block}`).slice(start, start + length));
  }
}

function placesOf({ perBlock, rows, lengths }: Contents["pictures"]): Embedded["places"] {
  const letters = wordsOf(lengths);
  let start = 0;
  return new Map(
    Array.from(wordsOf(rows), (row, i) => {
      if (i % perBlock === 0) start = 0;
      const length = letters[i]!;
      start += length;
      return [row, { block: Math.floor(i / perBlock), start: start - length, length }];
    }),
  );
}

export const wordsOf = (base64: string): Uint32Array => new Uint32Array(fromBase64(base64).buffer);

export const viewOf = (base64: string): DataView => new DataView(fromBase64(base64).buffer);

/** As a kernel would have set them. */
export const traitsOf = ({ state, bytes }: Traits): Record<string, unknown> => ({
  ...state,
  ...Object.fromEntries(Object.entries(bytes).map(([name, base64]) => [name, viewOf(base64)])),
});
