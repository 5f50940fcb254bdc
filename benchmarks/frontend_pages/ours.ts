/** The widget on a page of its own with a synthetic collection: what frontend.py opens, fills and closes. */
import { mountWidget } from "../../js/src/host/host";
import { LocalModel } from "../../js/src/host/model";
import { drawPicture } from "../../js/src/host/pictures";
import { makeDataset, type Shape, traitsAt } from "../../js/src/host/synthetic";

const DELAY_MS = 20;
const KINDS = 24;

let data: ReturnType<typeof makeDataset>;
let traits: ReturnType<typeof traitsAt>;
let dataset: LocalModel<any>;
let close = (): void => {};
const drawn = new Map<string, Promise<Blob>>();

/** One of a few pictures, drawn once: drawing is a kernel's work, and not to be measured. */
function picture(id: number, size: number): Promise<Blob> {
  const key = `${id % KINDS} ${size}`;
  if (!drawn.has(key))
    drawn.set(key, drawPicture(data.looks[(id % KINDS) % data.header.n]!, id % KINDS, size));
  return drawn.get(key)!;
}

async function answer({ kind, body }: any): Promise<{ body: object; buffers?: DataView[] }> {
  if (kind === "rows") {
    return {
      body: { rows: body.ids.map((id: number) => ({ name: `dog ${id}.jpg`, path: `kennel/dog ${id}.jpg` })) },
    };
  }
  if (kind !== "thumbnails") return { body: {} };
  const tiles = await Promise.all(body.ids.map((id: number) => picture(id, body.size)));
  const offsets = new Uint32Array(tiles.length + 1);
  tiles.forEach((tile, i) => (offsets[i + 1] = offsets[i]! + tile.size));
  const joined = await new Blob(tiles).arrayBuffer();
  return { body: { ids: body.ids }, buffers: [new DataView(offsets.buffer), new DataView(joined)] };
}

/** Opens the widget, or one pane of it, before there are data. */
async function open({ pane = "", k = 12, mode = "pictures" } = {}): Promise<void> {
  const view = new LocalModel<any>({
    dataset: "anywidget:dataset",
    selection: new DataView(new ArrayBuffer(0)),
    selection_origin: { kind: "none", text: "" },
    cut: { n_clusters: k, height: null },
    filters: [],
    step: "",
    travel: { page: "", at: 0 },
    past: { undo: "", redo: "" },
    color_by: "cluster",
    group_by: "cluster",
    ui: { gallery: { mode } },
  });
  const none = new DataView(new ArrayBuffer(0));
  dataset = new LocalModel<any>({
    ...Object.fromEntries(Object.keys(traits).map((name) => [name, none])),
    header: {},
    progress: {},
  });
  view.onSave = (changes) => performance.mark(`saved ${Object.keys(changes)}`);
  view.onMessage = ({ content }: any) => {
    performance.mark(`asked ${content.kind}`);
    setTimeout(async () => {
      const { body, buffers } = await answer(content);
      view.receiveMessage({ v: 1, id: content.id, ok: true, body }, buffers);
    }, DELAY_MS);
  };
  const el = document.createElement("div");
  el.dataset.imgclustPane = pane;
  document.querySelector("#cell")!.append(el);
  const unmount = await mountWidget(el, view, dataset);
  close = () => {
    unmount();
    el.remove();
    dataset = null as any;
  };
}

const page = {
  async prepare(n: number, shape: Shape): Promise<void> {
    data = makeDataset(n, 1, shape);
    traits = traitsAt(data, "umap", 1);
    for (const size of [64, 128, 256, 512]) for (let id = 0; id < KINDS; id++) await picture(id, size);
  },
  open,
  /** The data arrive, as a task of their own: Chromium does not count what a debugger's call does as script. */
  publish: () =>
    new Promise<void>((resolve) =>
      setTimeout(() => {
        performance.mark("data");
        dataset.receive({ ...traits, progress: { state: "done" } });
        resolve();
      }),
    ),
  close: () => close(),
  /** The map whole again. */
  reset(): void {
    const key = { key: "0", bubbles: true };
    document.querySelector(".imgclust-map-stage")!.dispatchEvent(new KeyboardEvent("keydown", key));
  },
  selected: () => Number(document.querySelector<HTMLElement>("[data-testid=imgclust]")!.dataset.selected),
};
(window as any).page = page;
