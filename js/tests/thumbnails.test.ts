import { type Signal, signal } from "@preact/signals-core";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Answer, Rpc } from "../src/rpc";
import { createThumbnails, stepFor, type Thumbnails } from "../src/thumbnails";
import type { Dataset } from "../src/wire";
import { datasetOf } from "./dataset";

interface Asked {
  ids: number[];
  size: number;
  signal: AbortSignal;
  answer(tiles: readonly (number[] | null)[], reasons?: object): Promise<void>;
  refuse(): Promise<void>;
}

let frames: (() => void)[];
let asked: Asked[];
let closed: number[];
let life: AbortController;
let dataset: Signal<Dataset>;
let thumbnails: Thumbnails;

/** Runs what was asked for in the next frame, and in those that it asks for. */
function nextFrames(): void {
  for (let i = 0; i < 5; i++) for (const frame of frames.splice(0)) frame();
}

const settled = async (): Promise<void> => {
  await new Promise((resolve) => setTimeout(resolve));
  nextFrames();
};

/** A tile's bytes become a "bitmap" as wide as its first byte says. */
const decode = async ([width = 0]: Uint8Array): Promise<ImageBitmap> => {
  if (width === 0) throw new Error("not a picture");
  return { width, height: width, close: () => closed.push(width) } as unknown as ImageBitmap;
};

beforeEach(() => {
  frames = [];
  asked = [];
  closed = [];
  vi.stubGlobal("requestAnimationFrame", (frame: () => void) => frames.push(frame));
  const rpc: Rpc = {
    kernel: signal("ready"),
    request: (_kind, body, wanted) =>
      new Promise<Answer>((resolve, reject) => {
        wanted!.addEventListener("abort", () => reject(wanted!.reason));
        asked.push({
          ...(body as { ids: number[]; size: number }),
          signal: wanted!,
          answer: (tiles, reasons = {}) => {
            const offsets = new Uint32Array(tiles.length + 1);
            tiles.forEach((tile, i) => {
              offsets[i + 1] = offsets[i]! + (tile?.length ?? 0);
            });
            const bytes = Uint8Array.from([99, ...tiles.flatMap((tile) => tile ?? [])]);
            resolve({
              body: { reasons },
              buffers: [new DataView(offsets.buffer), new DataView(bytes.buffer, 1)],
            });
            return settled();
          },
          refuse: () => {
            reject(new Error("no"));
            return settled();
          },
        });
      }),
  };
  life = new AbortController();
  dataset = signal(datasetOf(600));
  thumbnails = createThumbnails(rpc, dataset, life.signal, decode);
});

it("takes the smallest tile that need not be enlarged", () => {
  const sizes = [1, 64, 65, 128, 200, 256, 300, 900];
  expect(sizes.map((size) => stepFor(size))).toEqual([64, 64, 128, 128, 256, 256, 512, 512]);
});

it("takes a smaller one where there is no room for so many large ones", () => {
  expect([1, 128, 129, 512, 513, 5000].map((count) => stepFor(512, count))).toEqual([
    512, 512, 256, 256, 128, 64,
  ]);
});

describe("a view that shows rows", () => {
  it("gets their pictures, by item and not by row", async () => {
    const show = thumbnails.claim(life.signal);
    show([0, 10], 60);
    nextFrames();
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ ids: [1, 12], size: 64 });
    expect(thumbnails.get(0, 60)).toBeUndefined();
    await asked[0]!.answer([[11], [22]]);
    expect(thumbnails.onArrival.value).toBe(1);
    expect(thumbnails.get(0, 60)!.width).toBe(11);
    expect(thumbnails.get(10, 60)!.width).toBe(22);
    show([0, 10], 60);
    nextFrames();
    expect(asked).toHaveLength(1);
  });

  it("asks for the first first, in few requests at a time", async () => {
    const show = thumbnails.claim(life.signal);
    show(
      Array.from({ length: 500 }, (_, row) => row),
      64,
    );
    nextFrames();
    expect(asked).toHaveLength(4);
    expect(asked.flatMap(({ ids }) => ids)).toEqual([...dataset.value.ids.subarray(0, 128)]);
    await asked[0]!.answer(asked[0]!.ids.map(() => [5]));
    expect(asked).toHaveLength(5);
    expect(asked[4]!.ids[0]).toBe(dataset.value.ids[128]);
  });

  it("drops what it has scrolled past, unless another view shows it", () => {
    const show = thumbnails.claim(life.signal);
    const other = thumbnails.claim(life.signal);
    show(
      Array.from({ length: 64 }, (_, row) => row),
      64,
    );
    other([50], 64);
    nextFrames();
    show([300], 64);
    nextFrames();
    expect(asked.map(({ signal: { aborted } }) => aborted).slice(0, 2)).toEqual([true, false]);
    expect(asked.at(-1)!.ids).toEqual([dataset.value.ids[300]]);
  });

  it("asks for nothing more for a moment when all that was asked for has been scrolled past", async () => {
    const show = thumbnails.claim(life.signal);
    show([0], 64);
    nextFrames();
    for (const row of [100, 200, 300]) {
      show([row], 64);
      nextFrames();
    }
    expect(asked.map(({ signal: { aborted } }) => aborted)).toEqual([true]);
    await vi.waitFor(() => {
      nextFrames();
      expect(asked.map(({ ids }) => ids)).toEqual([[dataset.value.ids[0]], [dataset.value.ids[300]]]);
    });
  });

  it("shows another size until the right one is here", async () => {
    const show = thumbnails.claim(life.signal);
    show([3], 64);
    nextFrames();
    await asked[0]!.answer([[7]]);
    show([3], 200);
    nextFrames();
    expect(asked[1]).toMatchObject({ size: 256 });
    expect(thumbnails.get(3, 200)!.width).toBe(7);
    await asked[1]!.answer([[8]]);
    expect(thumbnails.get(3, 200)!.width).toBe(8);
    expect(thumbnails.get(3, 64)!.width).toBe(7);
  });

  it("does not ask again for what there is not, until there is another dataset", async () => {
    const show = thumbnails.claim(life.signal);
    show([0, 1, 2], 64);
    nextFrames();
    await asked[0]!.answer([[4], null, [0]], { [dataset.value.ids[1]!]: "the file is empty" });
    expect(thumbnails.get(0, 64)).toBeDefined();
    const problems = [0, 1, 2, 3].map((row) => thumbnails.problem(row));
    expect(problems).toEqual(["", "the file is empty", "this browser cannot show it", ""]);
    show([0, 1, 2], 64);
    nextFrames();
    expect(asked).toHaveLength(1);
    dataset.value = { ...dataset.value, version: 2 };
    show([0, 1, 2], 64);
    nextFrames();
    expect(asked[1]!.ids).toEqual([dataset.value.ids[1], dataset.value.ids[2]]);
  });

  it("forgets pictures that have changed, once a report", async () => {
    const show = thumbnails.claim(life.signal);
    show([0, 1], 64);
    nextFrames();
    await asked[0]!.answer([[4], [5]]);
    const { ids, header } = dataset.value;
    const changes = { number: 1, text: "1 changed", new: [], there: [], changed: [ids[1]!] };
    dataset.value = { ...dataset.value, version: 2, header: { ...header, changes } };
    expect(closed).toEqual([5]);
    show([0, 1], 64);
    nextFrames();
    expect(asked[1]!.ids).toEqual([ids[1]]);
    await asked[1]!.answer([[6]]);
    dataset.value = { ...dataset.value, version: 3 };
    expect(thumbnails.get(1, 64)?.width).toBe(6);
  });

  it("does not ask again and again when it is refused", async () => {
    const show = thumbnails.claim(life.signal);
    show([0], 64);
    nextFrames();
    await asked[0]!.refuse();
    show([0], 64);
    nextFrames();
    expect(asked).toHaveLength(1);
    expect(thumbnails.problem(0)).toBe("no");
    expect(thumbnails.onArrival.value).toBe(1);
  });

  it("has no problem with a picture that is there in another size", async () => {
    const show = thumbnails.claim(life.signal);
    show([0], 64);
    nextFrames();
    await asked[0]!.answer([[4]]);
    show([0], 400);
    nextFrames();
    await asked[1]!.answer([null], { [dataset.value.ids[0]!]: "it was deleted" });
    expect(thumbnails.problem(0)).toBe("");
    expect(thumbnails.get(0, 400)!.width).toBe(4);
  });

  it("wants nothing any more when it is gone", () => {
    const view = new AbortController();
    thumbnails.claim(view.signal)([5], 64);
    nextFrames();
    view.abort();
    nextFrames();
    expect(asked[0]!.signal.aborted).toBe(true);
  });
});

it("lets go of all pictures with the model, also of those that arrive too late", async () => {
  const show = thumbnails.claim(life.signal);
  show([0], 64);
  nextFrames();
  await asked[0]!.answer([[1]]);
  show([1], 64);
  nextFrames();
  life.abort();
  expect(closed).toEqual([1]);
  expect(asked[1]!.signal.aborted).toBe(true);
});

it("lets go of the pictures that were shown longest ago when there are too many", async () => {
  const show = thumbnails.claim(life.signal);
  dataset.value = datasetOf(900);
  const side = 255;
  const room = Math.floor((192 * 2 ** 20) / (4 * side * side));
  for (let first = 0; first < room + 3; first += 32) {
    show(
      Array.from({ length: 32 }, (_, i) => first + i),
      256,
    );
    nextFrames();
    const { ids, answer } = asked.at(-1)!;
    await answer(ids.map(() => [side]));
  }
  expect(thumbnails.get(0, 256)).toBeUndefined();
  expect(closed.length).toBeGreaterThanOrEqual(3);
});
