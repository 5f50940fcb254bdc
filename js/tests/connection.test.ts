import { beforeEach, expect, it, vi } from "vitest";
import type { Model } from "../src/model";
import { NotConnected } from "../src/rpc";
import { createSession } from "../src/session";
import type { ViewTraits } from "../src/store";
import { datasetModel, viewModel } from "./dataset";

let frames: (() => void)[];
let life: AbortController;

beforeEach(() => {
  frames = [];
  life = new AbortController();
  vi.stubGlobal("requestAnimationFrame", (frame: () => void) => frames.push(frame));
});

const settled = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve));

/** A model as Jupyter gives it to a widget, whose manager knows whether there is a kernel. */
function jupyter(live: boolean) {
  const local = viewModel();
  const sent: string[] = [];
  local.onMessage = ({ content }) => sent.push((content as { kind: string }).kind);
  const asked: string[] = [];
  let restarted = (): void => {};
  const model: Model<ViewTraits> = {
    get: (key) => local.get(key),
    set: (key, value) => local.set(key, value),
    save_changes: () => local.save_changes(),
    on(event: string, handler: (message: unknown, buffers: DataView[]) => void) {
      if (event === "comm_live_update") restarted = handler as () => void;
      else local.on(event, handler);
    },
    off: () => {},
    send: (content) => local.send(content),
    widget_manager: {
      async get_model(id) {
        asked.push(id);
        return { comm_live: live };
      },
    },
  };
  const restart = (): void => {
    live = false;
    restarted();
  };
  return { model, asked, sent, restart };
}

it("asks for nothing where there is no kernel, and undoes by itself", async () => {
  const { model, asked, sent } = jupyter(false);
  model.set("past", { undo: "of another day", redo: "" });
  const { rpc, store, thumbnails } = createSession(model, life.signal);
  store.connect(datasetModel(40));
  await settled();
  expect(asked).toEqual(["dataset"]);
  expect(rpc.kernel.value).toBe("gone");
  expect(store.past.value.undo).toBe("");

  thumbnails.claim(life.signal)([0, 1], 64);
  for (let i = 0; i < 5; i++) for (const frame of frames.splice(0)) frame();
  expect(sent).toEqual([]);

  const before = store.cut.value.nClusters;
  store.setCut(7);
  store.beginStep();
  store.undo();
  await settled();
  expect(store.cut.value.nClusters).toBe(before);
  expect(store.past.value.redo).toBe("7 clusters");
});

it("notices a restart, and gives up what waits without calling it broken", async () => {
  const { model, sent, restart } = jupyter(true);
  const { rpc, store, thumbnails } = createSession(model, life.signal);
  store.connect(datasetModel(40));
  thumbnails.claim(life.signal)([0], 64);
  for (const frame of frames.splice(0)) frame();
  const waiting = expect(rpc.request("search", { text: "pug" })).rejects.toThrow(NotConnected);
  await settled();
  expect(rpc.kernel.value).toBe("ready");
  restart();
  await waiting;
  await settled();
  expect(rpc.kernel.value).toBe("gone");
  expect(sent).toEqual(["thumbnails", "search"]);
  expect(thumbnails.problem(0)).toBe("");
});

it("tells a kernel that has ended nothing more of what changes", async () => {
  const { model, restart } = jupyter(true);
  const save = vi.spyOn(model, "save_changes");
  const { store } = createSession(model, life.signal);
  store.connect(datasetModel(40));
  store.setCut(7);
  store.flush();
  expect(save).toHaveBeenCalledOnce();
  restart();
  await settled();
  store.setCut(8);
  store.flush();
  expect(save).toHaveBeenCalledOnce();
  expect(model.get("cut").n_clusters).toBe(8);
});

it("a host that knows nothing of it is taken to have a kernel", async () => {
  const { rpc } = createSession(viewModel(), life.signal);
  await settled();
  expect(rpc.kernel.value).toBe("ready");
});
