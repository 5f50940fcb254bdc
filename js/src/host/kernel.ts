/** Answers the widget's requests in place of a kernel, from a synthetic collection. */
import type { ViewTraits } from "../store";
import { distanceOf, type LabelRequest, type Reply } from "./labels";
import type { LocalModel } from "./model";
import { drawPicture } from "./pictures";
import { BREEDS, type Synthetic } from "./synthetic";

interface Request {
  id: number;
  kind: string;
  body: { ids?: number[]; id?: number; size?: number; k?: number } & Partial<LabelRequest>;
}

export interface KernelOptions {
  /** Milliseconds before each answer. */
  delay: number;
  /** Every so manieth picture cannot be shown; 0 for none. */
  broken: number;
  /** Called with the kind of each request that is not about pictures. */
  onCommand?: (kind: string) => void;
  /** Answers to requests about labels, by kind. */
  labels?: Readonly<Record<string, (request: LabelRequest) => Reply>>;
}

export function answerRequests(model: LocalModel<ViewTraits>, data: Synthetic, options: KernelOptions): void {
  const rowOfId = new Map(Array.from(data.ids, (id, row) => [id, row]));

  async function tiles(ids: readonly number[], size: number): Promise<Reply> {
    const encoded = await Promise.all(ids.map((id) => picture(id, size)));
    const offsets = new Uint32Array(ids.length + 1);
    encoded.forEach(({ size: bytes }, i) => {
      offsets[i + 1] = offsets[i]! + bytes;
    });
    const joined = await new Blob(encoded).arrayBuffer();
    const reasons = Object.fromEntries(ids.filter(isBroken).map((id) => [id, "the file ends too early"]));
    return { body: { ids, reasons }, buffers: [new DataView(offsets.buffer), new DataView(joined)] };
  }

  const isBroken = (id: number): boolean => options.broken > 0 && id % options.broken === 0;

  async function picture(id: number, size: number): Promise<Blob> {
    const look = data.looks[rowOfId.get(id) ?? -1];
    return look && !isBroken(id) ? drawPicture(look, id, size) : new Blob();
  }

  function record(id: number): object {
    const row = rowOfId.get(id)!;
    const name = `dog ${String(id).padStart(5, "0")}.jpg`;
    return {
      name,
      path: `kennel/${name}`,
      size: 90_000 + 37 * id,
      width: 640,
      height: 480,
      breed: BREEDS[data.breeds[row]!] ?? null,
    };
  }

  /** By look, or by name; ids and distances as the kernel sends them. */
  function ordered(kind: string, { id = 0, k }: Request["body"]): Reply {
    const like = data.looks[rowOfId.get(id) ?? 0]!;
    const items = Array.from(rowOfId, ([item, row]) => ({
      item,
      distance: kind === "order" ? 0 : distanceOf(data.looks[row]!, like),
    }));
    const nearest = items.sort((a, b) => a.distance - b.distance || a.item - b.item).slice(0, k);
    return {
      body: { missing: 0 },
      buffers: [
        new DataView(Uint32Array.from(nearest, ({ item }) => item).buffer),
        new DataView(Float32Array.from(nearest, (each) => each.distance).buffer),
      ],
    };
  }

  async function reply({ kind, body }: Request): Promise<Reply> {
    switch (kind) {
      case "thumbnails":
        return tiles(body.ids ?? [], body.size ?? 64);
      case "preview": {
        const blob = await picture(body.id ?? -1, Math.min(body.size ?? 1024, 1024));
        return { body: { width: 640, height: 480 }, buffers: [new DataView(await blob.arrayBuffer())] };
      }
      case "rows":
        return { body: { rows: (body.ids ?? []).map(record) } };
      case "similar":
      case "order":
        return ordered(kind, body);
      case "errors":
        return {
          body: {
            rows: [
              { path: "kennel/empty.jpg", reason: "the file is empty" },
              { path: "kennel/<b>notes</b>.png", reason: "not an image, or a kind that cannot be read" },
              { path: "kennel/old/half.tif", reason: "the file ends too early" },
            ],
          },
        };
      case "label":
      case "rename_label":
      case "next_cluster":
      case "suggest":
      case "refuse":
        return options.labels?.[kind]?.(body as LabelRequest) ?? { body: {} };
      default:
        options.onCommand?.(kind);
        return { body: {} };
    }
  }

  model.onMessage = ({ content }) => {
    const request = content as Request;
    // For measurements: what the page has asked for, and when.
    performance.mark(`imgclust:${request.kind}`);
    setTimeout(async () => {
      const { body, buffers } = await reply(request);
      model.receiveMessage({ v: 1, id: request.id, ok: true, body }, buffers);
    }, options.delay);
  };
}
