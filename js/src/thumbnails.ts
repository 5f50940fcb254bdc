/** Pictures of rows: asked for in batches, what is on screen first, decoded once and kept while there is room. */
import { effect, type ReadonlySignal, signal } from "@preact/signals-core";
import { Lru } from "./lru";
import { NotConnected, type Rpc } from "./rpc";
import type { Dataset } from "./wire";

/** Longest sides of the tiles that the kernel keeps, px. */
export const TILE_STEPS = [64, 128, 256, 512] as const;
export type TileStep = (typeof TILE_STEPS)[number];

/** Says which tiles a view shows now, the most urgent first; tiles that no view shows any more are not waited for. */
export type Show = (rows: Iterable<number>, size: number) => void;

export interface Thumbnails {
  /**
   * The picture of a row for a longest side of `size` device pixels, or what there is in another size meanwhile.
   * Draw it at once and do not keep it: it is closed when it falls out of the cache. Asks for nothing: see `claim`.
   */
  get(row: number, size: number): ImageBitmap | undefined;
  /** Why there is no picture of a row and none will come, in plain words; empty while one is there or may come. */
  problem(row: number): string;
  /** A new list of wanted tiles; it ends with the signal. Call `Show` at every draw: it is cheap when nothing changed. */
  claim(signal: AbortSignal): Show;
  /** Counts up, once a frame at most, when tiles have arrived: redraw. */
  readonly onArrival: ReadonlySignal<number>;
}

interface Claim {
  ids: readonly number[];
  step: TileStep;
}

interface Flight {
  step: TileStep;
  ids: readonly number[];
  abort: AbortController;
}

/** Decodes one encoded tile; a parameter for tests without a browser. */
export type Decode = (bytes: Uint8Array<ArrayBuffer>) => Promise<ImageBitmap>;

/** Small enough that the first pictures appear while the kernel still makes the others. */
const BATCH = 32;
const FLIGHTS = 4;
/** Who scrolls past everything that was asked for will not stay at the next pictures either. */
const PAUSE_MS = 80;
const CACHE_BYTES = 192 * 2 ** 20;
/** One view's share of it: tiles that push one another out would be asked for again and again. */
const CLAIM_BYTES = 128 * 2 ** 20;
const UNKNOWN_KIND = "this browser cannot show it";

/** The smallest step that is not enlarged, or the largest of which there is room for `count`. */
export function stepFor(size: number, count = 1): TileStep {
  const affordable = TILE_STEPS.filter((step) => step === 64 || 4 * step ** 2 * count <= CLAIM_BYTES);
  return affordable.find((step) => step >= size) ?? affordable.at(-1)!;
}

const keyOf = (id: number, step: TileStep): number => id * 4 + TILE_STEPS.indexOf(step);

const decodeInBrowser: Decode = (bytes) => createImageBitmap(new Blob([bytes]));

export function createThumbnails(
  rpc: Rpc,
  dataset: ReadonlySignal<Dataset>,
  abort: AbortSignal,
  decode: Decode = decodeInBrowser,
): Thumbnails {
  const cache = new Lru<number, ImageBitmap>(
    CACHE_BYTES,
    (bitmap) => 4 * bitmap.width * bitmap.height,
    (bitmap) => bitmap.close(),
  );
  const claims = new Set<Claim>();
  const flights = new Set<Flight>();
  /** Tiles that will not come, and why: no picture, or the kernel said no. Forgotten with the next dataset. */
  const hopeless = new Map<number, string>();
  const onArrival = signal(0);
  let scheduled = false;
  let arrived = false;
  let resumeAt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** The number of the last report of changes. */
  let told = 0;

  function schedule(): void {
    if (scheduled || abort.aborted) return;
    scheduled = true;
    requestAnimationFrame(() => {
      scheduled = false;
      if (abort.aborted) return;
      if (arrived) {
        arrived = false;
        onArrival.value++;
      }
      if (dropUnwanted()) resumeAt = performance.now() + PAUSE_MS;
      const left = resumeAt - performance.now();
      if (left <= 0) fill();
      else if (timer === undefined) {
        timer = setTimeout(() => {
          timer = undefined;
          schedule();
        }, left);
      }
    });
  }

  /** Returns whether all that was under way was dropped. */
  function dropUnwanted(): boolean {
    let [dropped, kept] = [0, 0];
    for (const flight of flights) {
      const wanted = new Set<number>();
      for (const claim of claims) if (claim.step === flight.step) for (const id of claim.ids) wanted.add(id);
      if (flight.ids.some((id) => wanted.has(id))) kept++;
      else {
        flight.abort.abort();
        dropped++;
      }
    }
    return dropped > 0 && kept === 0;
  }

  function fill(): void {
    if (rpc.kernel.peek() === "gone") return;
    const underway = new Set<number>();
    for (const flight of flights) for (const id of flight.ids) underway.add(keyOf(id, flight.step));
    for (const claim of claims) {
      const missing = claim.ids.filter((id) => {
        const key = keyOf(id, claim.step);
        return !cache.has(key) && !underway.has(key) && !hopeless.has(key);
      });
      for (let i = 0; i < missing.length && flights.size < FLIGHTS; i += BATCH) {
        const ids = missing.slice(i, i + BATCH);
        for (const id of ids) underway.add(keyOf(id, claim.step));
        void fly(ids, claim.step);
      }
    }
  }

  async function fly(ids: readonly number[], step: TileStep): Promise<void> {
    const flight: Flight = { ids, step, abort: new AbortController() };
    flights.add(flight);
    try {
      const { body, buffers } = await rpc.request("thumbnails", { ids, size: step }, flight.abort.signal);
      await unpack(ids, step, buffers, (body.reasons ?? {}) as Record<number, string>);
    } catch (error) {
      // Refused, or dropped on our own wish: only a refusal would be repeated for ever.
      if (!flight.abort.signal.aborted && !(error instanceof NotConnected)) {
        const reason = error instanceof Error ? error.message : String(error);
        for (const id of ids) hopeless.set(keyOf(id, step), reason);
        arrived = true;
      }
    } finally {
      flights.delete(flight);
      schedule();
    }
  }

  /** Buffers: where each tile begins (uint32, one more than there are tiles), and the tiles one after the other. */
  async function unpack(
    ids: readonly number[],
    step: TileStep,
    buffers: readonly DataView[],
    reasons: Readonly<Record<number, string>>,
  ): Promise<void> {
    const [offsets, tiles] = buffers;
    if (!offsets || !tiles || offsets.byteLength !== 4 * (ids.length + 1)) {
      throw new Error("The answer holds no tiles.");
    }
    await Promise.all(
      ids.map(async (id, i) => {
        const start = offsets.getUint32(4 * i, true);
        const end = offsets.getUint32(4 * (i + 1), true);
        const key = keyOf(id, step);
        const bitmap =
          start < end
            ? await decode(
                new Uint8Array(tiles.buffer as ArrayBuffer, tiles.byteOffset + start, end - start),
              ).catch(() => undefined)
            : undefined;
        if (bitmap === undefined) hopeless.set(key, reasons[id] ?? UNKNOWN_KIND);
        else if (abort.aborted) bitmap.close();
        else cache.set(key, bitmap);
      }),
    );
    arrived = true;
  }

  const stopForgetting = effect(() => {
    const { version, header } = dataset.value;
    if (version === 0) return;
    hopeless.clear();
    const { number = 0, changed = [] } = header.changes ?? {};
    if (number === told) return;
    told = number;
    for (const id of changed) for (const step of TILE_STEPS) cache.remove(keyOf(id, step));
  });

  abort.addEventListener("abort", () => {
    stopForgetting();
    clearTimeout(timer);
    for (const flight of flights) flight.abort.abort();
    cache.clear();
  });

  return {
    onArrival,
    get(row, size) {
      const id = dataset.value.ids[row];
      if (id === undefined) return undefined;
      const step = stepFor(size);
      const exact = cache.get(keyOf(id, step));
      if (exact) return exact;
      // A larger picture in its place is as good; a smaller one better than none.
      for (const other of TILE_STEPS.toReversed()) {
        const bitmap = cache.get(keyOf(id, other));
        if (bitmap) return bitmap;
      }
      return undefined;
    },
    problem(row) {
      const id = dataset.value.ids[row];
      if (id === undefined || hopeless.size === 0) return "";
      const keys = TILE_STEPS.map((step) => keyOf(id, step));
      if (keys.some((key) => cache.has(key))) return "";
      return keys.map((key) => hopeless.get(key)).find((reason) => reason !== undefined) ?? "";
    },
    claim(signal) {
      const claim: Claim = { ids: [], step: 64 };
      claims.add(claim);
      signal.addEventListener("abort", () => {
        claims.delete(claim);
        schedule();
      });
      return (rows, size) => {
        const { ids } = dataset.value;
        claim.ids = Array.from(rows, (row) => ids[row]).filter((id) => id !== undefined);
        claim.step = stepFor(size, claim.ids.length);
        schedule();
      };
    },
  };
}
