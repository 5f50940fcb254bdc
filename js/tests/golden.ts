/** The bytes that Python's side has made (tests/golden/make.py), and what it says they mean. */
import { readFileSync } from "node:fs";
import type { DatasetTraits, Header } from "../src/wire";

interface Golden {
  header: Header;
  traits: Record<Exclude<keyof DatasetTraits, "header">, [offset: number, length: number]>;
  expected: {
    labels_k3: number[];
    colors_k3: number[];
    labels_k7: number[];
    colors_k7: number[];
    ids: number[];
    leaf_order: number[];
    left_start: number[];
    size: number[];
    split: number[];
    medoids: number[];
    selection: { rows: number[]; bytes_hex: string };
  };
}

const file = (name: string): Buffer => readFileSync(new URL(`../../tests/golden/${name}`, import.meta.url));

const golden = JSON.parse(file("dataset.json").toString()) as Golden;
const bytes = file("dataset.bin");

export const { expected } = golden;

/** The traits as views of one larger buffer, not aligned to anything, as they may come off a socket. */
export function goldenTraits(): DatasetTraits {
  const message = new Uint8Array(bytes.length + 1);
  message.set(bytes, 1);
  const trait = (name: keyof Golden["traits"]): DataView => {
    const [offset, length] = golden.traits[name];
    return new DataView(message.buffer, offset + 1, length);
  };
  return {
    header: golden.header,
    ids: trait("ids"),
    coordinates: trait("coordinates"),
    leaf_order: trait("leaf_order"),
    merges: trait("merges"),
    medoids: trait("medoids"),
    columns: trait("columns"),
  };
}
