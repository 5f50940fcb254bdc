/** Answers the widget's requests from what an exported file holds. */
import { toBase64 } from "../filters";
import type { ViewTraits } from "../store";
import { type Dataset, packSelection } from "../wire";
import { type Embedded, viewOf } from "./embedded";
import type { LocalModel } from "./model";
import { find } from "./search";

interface Request {
  id: number;
  kind: string;
  body: { ids?: number[]; id?: number; k?: number; column?: string; text?: string };
}

interface Reply {
  body?: object;
  buffers?: DataView[];
}

const NO_PICTURE = "not included in this file";
const NEEDS_KERNEL = "this needs the notebook's kernel, which an exported file does not have";

export function answerOffline(model: LocalModel<ViewTraits>, dataset: Dataset, embedded: Embedded): void {
  const rowOf = (id = -1): number => dataset.rowOfId[id] ?? -1;

  const answers: Readonly<Record<string, (body: Request["body"]) => Reply>> = {
    thumbnails({ ids = [] }) {
      const tiles = ids.map((id) => embedded.picture(rowOf(id)) ?? new Uint8Array(0));
      const offsets = new Uint32Array(ids.length + 1);
      tiles.forEach(({ length }, i) => {
        offsets[i + 1] = offsets[i]! + length;
      });
      const joined = new Uint8Array(offsets[ids.length]!);
      tiles.forEach((tile, i) => {
        joined.set(tile, offsets[i]);
      });
      const missing = ids.filter((_, i) => tiles[i]!.length === 0);
      return {
        body: { ids, reasons: Object.fromEntries(missing.map((id) => [id, NO_PICTURE])) },
        buffers: [new DataView(offsets.buffer), new DataView(joined.buffer)],
      };
    },

    preview({ id }) {
      const picture = embedded.picture(rowOf(id));
      if (picture === null) throw new Error(NO_PICTURE);
      return { buffers: [new DataView(picture.buffer)] };
    },

    rows: ({ ids = [] }) => ({
      body: {
        rows: ids.map((id) =>
          Object.fromEntries(embedded.texts.map(({ name, values }) => [name, values[rowOf(id)] ?? null])),
        ),
      },
    }),

    search({ text = "" }) {
      const rows = find(text, embedded.texts, dataset);
      const items = toBase64(packSelection(rows, dataset));
      return { body: { filter: { kind: "items", source: "search", text, items }, count: rows.count() } };
    },

    order({ column = "" }) {
      const order = embedded.contents.orders[column];
      if (order === undefined) throw new Error(`there is no column ${column}`);
      return { body: { missing: order.missing }, buffers: [viewOf(order.ids)] };
    },

    similar({ id, k }) {
      const row = rowOf(id);
      const found = row < 0 || k === undefined ? null : embedded.similar(row, k);
      if (found === null) throw new Error(NEEDS_KERNEL);
      return { buffers: found.map(({ buffer }) => new DataView(buffer)) };
    },

    errors: () => ({ body: { rows: embedded.contents.errors } }),

    views: () => ({}),
  };

  function reply({ id, kind, body }: Request): void {
    try {
      const answer = answers[kind];
      if (answer === undefined) throw new Error(NEEDS_KERNEL);
      const { body: known = {}, buffers = [] } = answer(body);
      model.receiveMessage({ v: 1, id, ok: true, body: known }, buffers);
    } catch (error) {
      model.receiveMessage({
        v: 1,
        id,
        ok: false,
        error: error instanceof Error ? error.message : String(error),
      });
    }
  }

  model.onMessage = ({ content }) => {
    const request = content as Request;
    // What is cancelled has been answered already. Not at once, as whoever asks is not ready for the answer yet.
    if (request.kind !== "cancel") queueMicrotask(() => reply(request));
  };
}
