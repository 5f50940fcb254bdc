import { afterEach, beforeEach, expect, it } from "vitest";
import type { Answer } from "../src/rpc";
import { BOUNDS, type Named, type Pace, tooMuch, upload } from "../src/upload";

interface Asked {
  kind: string;
  body: Record<string, unknown>;
  pieces: Uint8Array[];
  answer(body?: object): void;
  refuse(text: string): void;
}

let asked: Asked[];
let life: AbortController;

const rpc = {
  request: (kind: string, body: object = {}, cancel?: AbortSignal, buffers: ArrayBufferView[] = []) =>
    new Promise<Answer>((resolve, reject) => {
      cancel?.addEventListener("abort", () => reject(cancel.reason));
      asked.push({
        kind,
        body: body as Record<string, unknown>,
        pieces: buffers as Uint8Array[],
        answer: (answer = {}) => resolve({ body: answer as Record<string, unknown>, buffers: [] }),
        refuse: (text) => reject(new Error(text)),
      });
    }),
};

/** A file of so many bytes, each its place in it. */
const file = (name: string, size: number): Named => ({
  name,
  file: new Blob([Uint8Array.from({ length: size }, (_, i) => i % 251)]),
});

async function next(kind: string): Promise<Asked> {
  const { length } = asked;
  for (let i = 0; i < 50 && asked.length === length && length === 0; i++)
    await new Promise((go) => setTimeout(go));
  expect(asked.map((each) => each.kind)).toEqual([kind]);
  return asked.pop()!;
}

beforeEach(() => {
  asked = [];
  life = new AbortController();
});
afterEach(() => life.abort());

it("sends pieces in their order, each after the answer to the one before", async () => {
  const paces: Pace[] = [];
  const files = [file("a.jpg", BOUNDS.piece + 7), file("empty.jpg", 0), file("b.jpg", 5)];
  const sending = upload(rpc, files, life.signal, (pace) => paces.push(pace));
  const drop = await next("drop");
  expect(drop.body.files).toEqual(files.map(({ name, file: { size } }) => ({ name, size })));
  drop.answer({ drop: "d", wanted: [0, 1, 2], refused: [] });
  const sent: Record<number, number> = {};
  for (const [place, offset, length] of [
    [0, 0, BOUNDS.piece],
    [0, BOUNDS.piece, 7],
    [2, 0, 5],
  ] as const) {
    const piece = await next("piece");
    await new Promise((go) => setTimeout(go, 5));
    expect(asked).toEqual([]);
    expect(piece.body).toEqual({ drop: "d", file: place, offset });
    const [bytes] = piece.pieces;
    // The whole of its memory, since that is what is sent.
    expect([bytes!.length, bytes!.buffer.byteLength]).toEqual([length, length]);
    expect(bytes![length - 1]).toBe((offset + length - 1) % 251);
    sent[place] = (sent[place] ?? 0) + length;
    piece.answer();
  }
  (await next("dropped")).answer();
  expect(await sending).toEqual({ sent: 3, refused: [] });
  expect(sent).toEqual({ 0: BOUNDS.piece + 7, 2: 5 });
  expect(paces[0]).toEqual({ files: 0, allFiles: 3, bytes: 0, allBytes: BOUNDS.piece + 12 });
  expect(paces.at(-1)!.bytes).toBe(BOUNDS.piece + 12);
});

it("sends only what the kernel wants", async () => {
  const sending = upload(rpc, [file("a.txt", 3), file("b.jpg", 4)], life.signal, () => undefined);
  const refused = [{ name: "a.txt", reason: "so" }];
  (await next("drop")).answer({ drop: "d", wanted: [1], refused });
  const piece = await next("piece");
  expect(piece.body.file).toBe(1);
  piece.answer();
  (await next("dropped")).answer();
  expect(await sending).toEqual({ sent: 1, refused });
  const none = upload(rpc, [file("a.txt", 3)], life.signal, () => undefined);
  (await next("drop")).answer({ drop: "d", wanted: [], refused });
  expect(await none).toEqual({ sent: 0, refused });
  expect(asked).toEqual([]);
});

it("tells the kernel to forget what was cancelled or refused in the middle", async () => {
  for (const end of ["cancel", "refuse"] as const) {
    const cancel = new AbortController();
    const sending = upload(rpc, [file("a.jpg", 3 * BOUNDS.piece)], cancel.signal, () => undefined);
    const failed = sending.then(
      () => "sent",
      (error: Error) => error.message,
    );
    (await next("drop")).answer({ drop: "d", wanted: [0], refused: [] });
    (await next("piece")).answer();
    const second = await next("piece");
    if (end === "cancel") cancel.abort(new Error("cancelled"));
    else second.refuse("no room");
    expect(await failed).toBe(end === "cancel" ? "cancelled" : "no room");
    expect((await next("undrop")).body).toEqual({ drop: "d" });
  }
});

it("says beforehand what is too much", () => {
  const sized = (size: number, count = 1): Named[] =>
    Array.from({ length: count }, (_, i) => ({ name: `${i}`, file: { size } as Blob }));
  expect(tooMuch(sized(1, BOUNDS.files))).toBeNull();
  expect(tooMuch(sized(1, BOUNDS.files + 1))).toContain("501 files");
  expect(tooMuch(sized(BOUNDS.file, 10))).toBeNull();
  expect(tooMuch(sized(BOUNDS.file, 11))).toContain("500 MB");
  // One that is too large by itself is left out by the kernel, and the others go.
  expect(tooMuch(sized(BOUNDS.file + 1, 20))).toBeNull();
});
