/** Small datasets for tests, and models to put them into. */
import { LocalModel } from "../src/host/model";
import { makeDataset, type Stage, traitsAt } from "../src/host/synthetic";
import type { LabelTraits } from "../src/labels";
import type { DatasetModel, Progress, ViewTraits } from "../src/store";
import { type Dataset, type DatasetTraits, parseDataset } from "../src/wire";

export const datasetOf = (n: number, stage: Stage = "umap"): Dataset =>
  parseDataset(traitsAt(makeDataset(n), stage, 1));

export type LocalDataset = LocalModel<DatasetTraits & LabelTraits & { progress: Partial<Progress> }>;

export const datasetModel = (n: number, stage: Stage = "umap", version = 1): LocalDataset =>
  new LocalModel<DatasetTraits & LabelTraits & { progress: Partial<Progress> }>({
    ...traitsAt(makeDataset(n), stage, version),
    labels: { version: 0, columns: [] },
    label_codes: new DataView(new ArrayBuffer(0)),
    progress: {},
  });

export const asProxy = (model: LocalDataset): DatasetModel => model;

/** `saved`: what `save_changes` has handed over, one entry a call. */
export type RecordingModel = LocalModel<ViewTraits> & { saved: Partial<ViewTraits>[] };

export function viewModel(traits: Partial<ViewTraits> = {}): RecordingModel {
  const model = new LocalModel<ViewTraits>({
    dataset: "anywidget:dataset",
    selection: new DataView(new ArrayBuffer(0)),
    selection_origin: { kind: "none", text: "" },
    cut: { n_clusters: 3, height: null },
    filters: [],
    excluded: new DataView(new ArrayBuffer(0)),
    step: "",
    travel: { page: "", at: 0 },
    past: { undo: "", redo: "" },
    color_by: "cluster",
    group_by: "cluster",
    ui: {},
    ...traits,
  });
  const saved: Partial<ViewTraits>[] = [];
  model.onSave = (changes) => saved.push(changes);
  return Object.assign(model, { saved });
}
