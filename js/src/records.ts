/** What the kernel knows of an image in words: its name, path, size and metadata. Asked for in batches, when shown. */
import { type ReadonlySignal, signal } from "@preact/signals-core";
import { Lru } from "./lru";
import type { Rpc } from "./rpc";
import type { Dataset } from "./wire";

export interface ImageRecord {
  name: string;
  /** Relative to the collection's root. */
  path: string;
  /** Bytes of the file. */
  size: number | null;
  width: number | null;
  height: number | null;
  readonly [metadata: string]: string | number | boolean | null;
}

export interface Records {
  /** The record of a row, if it has come. */
  get(row: number): ImageRecord | undefined;
  /** Ask for those of these rows that are missing or out of date. */
  ask(rows: Iterable<number>): void;
  /** Counts up when records have arrived. */
  readonly onArrival: ReadonlySignal<number>;
  /** The names of what is known of images, in the kernel's order. */
  readonly columns: ReadonlySignal<readonly string[]>;
}

const KEPT = 20_000;
const BATCH = 512;

export function createRecords(rpc: Rpc, dataset: ReadonlySignal<Dataset>): Records {
  /** With the dataset's version: later ones know more of an image (its pixels, new metadata). */
  const cache = new Lru<number, { record: ImageRecord; version: number }>(KEPT);
  const asked = new Set<number>();
  const onArrival = signal(0);
  const columns = signal<readonly string[]>([]);
  let wanted = new Set<number>();

  async function send(): Promise<void> {
    const { version } = dataset.value;
    const ids = [...wanted].slice(0, BATCH);
    wanted = new Set();
    for (const id of ids) asked.add(id);
    try {
      const { body } = await rpc.request("rows", { ids });
      (body.rows as ImageRecord[]).forEach((record, i) => {
        cache.set(ids[i]!, { record, version });
      });
      noteColumns(body.rows as ImageRecord[]);
      onArrival.value++;
    } catch {
      // Names are an addition: without them the views go on, and ask again when they next show the image.
    } finally {
      for (const id of ids) asked.delete(id);
    }
  }

  function noteColumns(records: readonly ImageRecord[]): void {
    const names = Object.keys(records[0] ?? {});
    const added = names.filter((name) => !columns.value.includes(name));
    if (added.length > 0) columns.value = [...columns.value, ...added];
  }

  return {
    onArrival,
    columns,
    get: (row) => cache.get(dataset.value.ids[row] ?? -1)?.record,
    ask(rows) {
      const { ids, version } = dataset.value;
      const idle = wanted.size === 0;
      for (const row of rows) {
        const id = ids[row];
        if (id !== undefined && cache.get(id)?.version !== version && !asked.has(id)) wanted.add(id);
      }
      if (idle && wanted.size > 0) queueMicrotask(send);
    },
  };
}
