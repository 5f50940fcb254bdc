/**
 * The widget with a synthetic collection and kernel, no Jupyter. In the address:
 * n=400, seed=1, theme=dark, k=8, stage=scan|embed|tree|pca|umap, delay=20 (ms an answer takes),
 * chain=1 (a tree that is one long chain), live=1 (the stages follow one another), state=failed|cancelled, views=2,
 * broken=7 (every seventh picture), mode=pictures|table, tile=84 (largest side of a picture in the gallery), hide=tree,map (panes), pane=map (alone).
 */

import type { LabelTraits } from "../labels";
import type { Progress, ViewTraits } from "../store";
import { type DatasetTraits, packSelection, parseDataset } from "../wire";
import { keepHistory } from "./history";
import { mountWidget } from "./host";
import { answerRequests } from "./kernel";
import { keepLabels } from "./labels";
import { LocalModel } from "./model";
import { makeDataset, STAGES, type Stage, traitsAt } from "./synthetic";

const query = new URLSearchParams(location.search);
const number = (name: string, fallback: number): number => Number(query.get(name) ?? fallback);

document.body.dataset.theme = query.get("theme") ?? "light";
const n = number("n", 400);
const data = makeDataset(n, number("seed", 1), query.has("chain") ? "chain" : "balanced");
const notice = query.get("notice");
if (notice !== null) data.header.notices = [notice];
const stage = (query.get("stage") ?? "umap") as Stage;

const idle: Progress = {
  state: "done",
  stage: "",
  label: "",
  done: 0,
  total: 0,
  rate: null,
  seconds_left: null,
  message: "",
};
const embedding: Progress = {
  ...idle,
  state: "running",
  stage: "embed",
  label: "embedding",
  done: Math.round(0.3 * n),
  total: n,
  rate: 180,
  seconds_left: 38,
};
const ended: Record<string, Partial<Progress>> = {
  failed: {
    state: "failed",
    message: "The weights of ResNet-50 could not be read: the file ends too early.",
  },
  cancelled: { state: "cancelled", rate: null, seconds_left: null },
};

const state = query.get("state");
const dataset = new LocalModel<DatasetTraits & LabelTraits & { progress: Partial<Progress> }>({
  ...traitsAt(data, stage, 1),
  labels: { version: 0, columns: [] },
  label_codes: new DataView(new ArrayBuffer(0)),
  progress: state !== null ? { ...embedding, ...ended[state] } : stage === "umap" ? idle : embedding,
});
const model = new LocalModel<ViewTraits>({
  dataset: "anywidget:dataset",
  selection: new DataView(new ArrayBuffer(0)),
  selection_origin: { kind: "none", text: "" },
  cut: { n_clusters: number("k", Math.min(8, n)), height: null },
  filters: [],
  excluded: new DataView(new ArrayBuffer(0)),
  step: "",
  travel: { page: "", at: 0 },
  past: { undo: "", redo: "" },
  color_by: query.get("color") ?? "cluster",
  group_by: query.get("group") ?? "cluster",
  ui: {
    tileSize: number("tile", 84),
    gallery: { mode: query.get("mode") ?? "pictures" },
    collapsed: query.get("hide")?.split(",") ?? [],
  },
});

const history = keepHistory(model);
const whole = parseDataset(traitsAt(data, "umap", 1));

function setProgress(progress: Partial<Progress>): void {
  dataset.receive({ progress: { ...dataset.get("progress"), ...progress } });
}

answerRequests(model, data, {
  delay: number("delay", 20),
  labels: keepLabels(dataset, history, whole, data.looks, () => model.get("cut").n_clusters),
  broken: number("broken", 0),
  onCommand: (kind) => {
    if (kind === "interrupt") setProgress({ state: "cancelled", rate: null, seconds_left: null });
    if (kind === "resume") setProgress({ state: "running", seconds_left: 30 });
  },
});

const selected = number("selected", 0);
if (selected > 0) {
  const rows = whole.tree!.leafOrder.subarray(0, selected);
  model.set("selection", new DataView(packSelection(rows, whole).buffer));
  model.set("selection_origin", { kind: "branch", text: `branch of ${selected} images` });
}

if (query.has("live")) {
  STAGES.forEach((each, i) => {
    setTimeout(() => {
      dataset.receive({ ...traitsAt(data, each, i + 2), progress: each === "umap" ? idle : embedding });
    }, 1500 * i);
  });
}

const cell = document.querySelector<HTMLElement>("#cell")!;
for (let view = 0; view < number("views", 1); view++) {
  const output = document.createElement("div");
  if (query.has("pane")) output.dataset.imgclustPane = query.get("pane")!;
  cell.append(output);
  await mountWidget(output, model, dataset);
}
