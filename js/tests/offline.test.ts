import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { rowsOfItems, toBase64 } from "../src/filters";
import { Embedded, type Texts } from "../src/host/embedded";
import { answerOffline } from "../src/host/offline";
import { find } from "../src/host/search";
import { createRpc, type Rpc } from "../src/rpc";
import type { Dataset } from "../src/wire";
import { datasetOf, viewModel } from "./dataset";

const N = 6;
const words = (values: readonly number[]): string =>
  toBase64(new Uint8Array(Uint32Array.from(values).buffer));
const floats = (values: readonly number[]): string =>
  toBase64(new Uint8Array(Float32Array.from(values).buffer));

/** Pictures of the rows 4, 0 and 2, two in a block; that of row r is r + 1 times the byte r. */
const picture = (row: number): Uint8Array => new Uint8Array(row + 1).fill(row);
const encoded = [4, 0, 2].map((row) => toBase64(picture(row)));

let read: string[];
let dataset: Dataset;
let rpc: Rpc;
let life: AbortController;

beforeEach(() => {
  dataset = datasetOf(N);
  const around = (row: number): number[] => [row, (row + 1) % N, (row + 2) % N];
  const elements: Readonly<Record<string, string>> = {
    document: JSON.stringify({
      dataset: { state: {}, bytes: {} },
      view: { state: {}, bytes: {} },
      errors: [{ path: "a/<b>.jpg", reason: "the file is empty" }],
      orders: { name: { missing: 1, ids: words([3, 1, 2]) } },
      similar: {
        count: 3,
        ids: words(
          Array.from({ length: N }, (_, row) => around(row).map((each) => dataset.ids[each]!)).flat(),
        ),
        distances: floats(Array.from({ length: N }, () => [0, 0.25, 0.5]).flat()),
      },
      pictures: { perBlock: 2, rows: words([4, 0, 2]), lengths: words(encoded.map(({ length }) => length)) },
    }),
    texts: JSON.stringify([
      {
        name: "name",
        isNumber: false,
        values: ["Rex.jpg", "Pug.jpg", "straße.jpg", "ΟΔΟΣ.jpg", "e.jpg", "f 64"],
      },
      { name: "width", isNumber: true, values: [640, 800, 6400, null, 0.5, 64] },
    ]),
    "pictures-0": encoded[0]! + encoded[1]!,
    "pictures-1": encoded[2]!,
  };
  read = [];
  const embedded = new Embedded((name) => {
    read.push(name);
    return elements[name]!;
  });
  const model = viewModel();
  life = new AbortController();
  answerOffline(model, dataset, embedded);
  rpc = createRpc(model, life.signal);
});
afterEach(() => life.abort());

const idOf = (row: number): number => dataset.ids[row]!;
const bytes = (view: DataView | undefined): Uint8Array =>
  new Uint8Array(view!.buffer, view!.byteOffset, view!.byteLength);
const integers = (view: DataView | undefined): number[] =>
  Array.from({ length: view!.byteLength / 4 }, (_, i) => view!.getUint32(4 * i, true));

describe("pictures", () => {
  it("are decoded from their block, whatever the size that is asked for", async () => {
    for (const size of [64, 256]) {
      const { body, buffers } = await rpc.request("thumbnails", { ids: [2, 4, 0].map(idOf), size });
      expect(integers(buffers[0])).toEqual([0, 3, 8, 9]);
      expect([...bytes(buffers[1])]).toEqual([2, 4, 0].flatMap((row) => [...picture(row)]));
      expect(body.reasons).toEqual({});
    }
  });

  it("that were left out are empty, and it is said why", async () => {
    const { body, buffers } = await rpc.request("thumbnails", { ids: [idOf(1), idOf(0), 999], size: 64 });
    expect(integers(buffers[0])).toEqual([0, 0, 1, 1]);
    expect(body.reasons).toEqual({
      [idOf(1)]: "not included in this file",
      999: "not included in this file",
    });
    await expect(rpc.request("preview", { id: idOf(1), size: 900 })).rejects.toThrow("not included");
  });

  it("are shown large as they are", async () => {
    const { buffers } = await rpc.request("preview", { id: idOf(4), size: 900 });
    expect(bytes(buffers[0])).toEqual(picture(4));
  });

  it("and texts are read only when they are asked for", async () => {
    expect(read).toEqual(["document"]);
    await rpc.request("thumbnails", { ids: [idOf(2)], size: 64 });
    await rpc.request("rows", { ids: [idOf(0)] });
    await rpc.request("rows", { ids: [idOf(1)] });
    expect(read).toEqual(["document", "pictures-1", "texts"]);
  });
});

describe("words", () => {
  it("are given row by row", async () => {
    const { body } = await rpc.request("rows", { ids: [idOf(3), idOf(0)] });
    expect(body.rows).toEqual([
      { name: "ΟΔΟΣ.jpg", width: null },
      { name: "Rex.jpg", width: 640 },
    ]);
  });

  it("are found as a filter of items", async () => {
    const { body } = await rpc.request("search", { text: "JPG 640" });
    expect(body).toMatchObject({ count: 1, filter: { kind: "items", source: "search", text: "JPG 640" } });
    expect([...rowsOfItems(body.filter as Parameters<typeof rowsOfItems>[0], dataset)]).toEqual([0]);
  });
});

it("orders, neighbours and errors are those that were written down", async () => {
  const order = await rpc.request("order", { column: "name" });
  expect([order.body.missing, integers(order.buffers[0])]).toEqual([1, [3, 1, 2]]);
  await expect(rpc.request("order", { column: "taste" })).rejects.toThrow("there is no column taste");
  const similar = await rpc.request("similar", { id: idOf(4), k: 2 });
  expect(integers(similar.buffers[0])).toEqual([idOf(4), idOf(5)]);
  expect(similar.buffers[1]!.getFloat32(4, true)).toBe(0.25);
  expect((await rpc.request("similar", { id: idOf(5), k: 13 })).buffers[0]!.byteLength).toBe(12);
  expect((await rpc.request("errors")).body.rows).toEqual([
    { path: "a/<b>.jpg", reason: "the file is empty" },
  ]);
  expect((await rpc.request("views", { count: 1 })).body).toEqual({});
});

it("what is not in the file is refused, with the reason", async () => {
  await expect(rpc.request("similar", { id: idOf(0) })).rejects.toThrow("needs the notebook's kernel");
  for (const kind of ["interrupt", "label", "nonsense"])
    await expect(rpc.request(kind)).rejects.toThrow("needs the notebook's kernel");
});

describe("search", () => {
  const texts: Texts[] = [
    { name: "name", isNumber: false, values: ["Rex.jpg", "Pug 64.jpg", "straße.jpg", "ΟΔΟΣ", "e", null] },
    { name: "width", isNumber: true, values: [640, 800, 64, null, 0.5, 1000] },
  ];
  const rows = (text: string): number[] => [...find(text, texts, { ...dataset, columns: new Map() })];

  // As test_workspace.py has it of Python's side.
  it.each([
    ["", []],
    ["  ", []],
    ["JPG", [0, 1, 2]],
    ["pug 800", [1]],
    ["pug 640", []],
    ["64", [1, 2]],
    ["STRASSE", [2]],
    ["οδος", [3]],
    ["1e3", [5]],
    ["0x40", []],
    ["nan", []],
    ["null", []],
    [".5", [4]],
  ])("%s", (text, found) => expect(rows(text)).toEqual(found));

  it("looks into the categories that have no text, too", () => {
    const breed = dataset.columns.get("breed")!;
    const first = breed.categories[breed.values[0]!]!;
    const alike = Array.from(breed.values.keys()).filter((row) => breed.values[row] === breed.values[0]);
    expect([...find(first.toUpperCase(), texts, dataset)]).toEqual(alike);
  });
});
