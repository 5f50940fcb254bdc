/** The browser's state: what the kernel has published, what the person looks at, and what follows from both. No DOM. */
import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import { named } from "./cluster-names";
import { type Coloring, colorByClusters, colorByColumn } from "./coloring";
import {
  CLUSTER,
  type Filter,
  lets,
  readFilters,
  toBase64,
  toggleCategory,
  toggleCluster,
  visibleRows,
} from "./filters";
import { type LabelColumn, type LabelTraits, parseLabels, withLabels } from "./labels";
import type { Model } from "./model";
import { Saver } from "./saver";
import { Bitset, combine, type SelectMode } from "./selection";
import type { Clusters } from "./tree";
import { readUi, type Ui } from "./ui";
import {
  type Dataset,
  type DatasetTraits,
  EMPTY_DATASET,
  packSelection,
  parseDataset,
  unpackSelection,
} from "./wire";
import { union, withoutExcluded, withoutItems } from "./working-set";

export type { Coloring, Legend, LegendEntry } from "./coloring";
export type { Filter } from "./filters";
export type { SelectMode } from "./selection";
export { Bitset, modeOf } from "./selection";
export type { Clusters, Tree } from "./tree";
export type { PaneName, Ui } from "./ui";
export type { Column, Dataset, Header } from "./wire";

export interface Origin {
  kind: "branch" | "lasso" | "click" | "group" | "query" | "panel" | "all" | "none";
  text: string;
}

export interface Selection {
  rows: Bitset;
  count: number;
  origin: Origin;
}

export interface Cut {
  nClusters: number;
  /** Where the line is drawn; null for the middle of the gap. */
  height: number | null;
}

export interface Hover {
  rows: readonly number[];
  /** A node of the tree (see tree.ts), when that is what the pointer is on. */
  node: number | null;
  source: "tree" | "gallery" | "map" | "news";
}

/** What undo and redo would take back or bring again, in words; empty when there is nothing. */
export interface Past {
  undo: string;
  redo: string;
}

export interface Progress {
  state: "waiting" | "running" | "done" | "cancelled" | "failed";
  stage: "scan" | "embed" | "tree" | "map" | "";
  label: string;
  done: number;
  total: number;
  rate: number | null;
  seconds_left: number | null;
  message: string;
}

/** The traits of the view state model. */
export interface ViewTraits {
  dataset: string;
  selection: DataView;
  selection_origin: Origin;
  cut: { n_clusters: number; height: number | null };
  filters: unknown;
  /** Bits of the items that are taken out of the working set. */
  excluded: DataView;
  /** Changes with the same step are undone together. */
  step: string;
  /** How far this page has gone forth (redo) and back (undo) in all. */
  travel: { page: string; at: number };
  past: Past;
  color_by: string;
  group_by: string;
  ui: unknown;
}

export type ViewModel = Model<ViewTraits>;
export type DatasetModel = Model<DatasetTraits & LabelTraits & { progress: Partial<Progress> }>;

export interface Store {
  /** What is published, with the labels among its columns. */
  readonly dataset: ReadonlySignal<Dataset>;
  /** The same without labels, for all that a new label must not touch. */
  readonly published: ReadonlySignal<Dataset>;
  readonly progress: ReadonlySignal<Progress>;
  /** Why nothing, or nothing newer, can be shown, in plain words; else empty. */
  readonly problem: ReadonlySignal<string>;
  readonly selection: ReadonlySignal<Selection>;
  readonly cut: ReadonlySignal<Cut>;
  readonly filters: ReadonlySignal<readonly Filter[]>;
  /** What the filters let through, without what has just been taken out; null when that is everything. */
  readonly visible: ReadonlySignal<Bitset | null>;
  readonly past: ReadonlySignal<Past>;
  /** null until there is a tree. */
  readonly clusters: ReadonlySignal<Clusters | null>;
  readonly coloring: ReadonlySignal<Coloring>;
  readonly colorBy: ReadonlySignal<string>;
  readonly groupBy: ReadonlySignal<string>;
  readonly ui: ReadonlySignal<Ui>;
  /** What the pointer is on; never leaves the browser. */
  readonly hover: Signal<Hover | null>;
  /** What colours are seen on; the views say it. */
  readonly background: Signal<string>;
  /** Takes the visible ones of the rows. */
  select(rows: Iterable<number> | Bitset, mode: SelectMode, origin: Origin): void;
  clearSelection(): void;
  /** Takes what is selected out of the working set. */
  takeOut(): void;
  /** Puts items back. */
  putBack(ids: Iterable<number>): void;
  setCut(nClusters: number, height?: number | null): void;
  setFilters(filters: readonly Filter[]): void;
  /** Lets a category (code, -1 for no value) or a cluster (from 0, column "cluster") through, or no longer. */
  toggleFilter(column: string, code: number): void;
  /** Shows only what is selected now, whatever is selected later. */
  filterSelected(): void;
  /** Whether the filter on a column lets a category or cluster through; true where there is none. */
  lets(column: string, code: number): boolean;
  undo(): void;
  redo(): void;
  /** Sends what waits to be saved, so that a request to the kernel comes after it. */
  flush(): void;
  /** There is no kernel any more to be told of what changes. */
  stopSending(): void;
  /** What changes from here on is a step of its own in the history. */
  beginStep(): void;
  setColorBy(name: string): void;
  setGroupBy(name: string): void;
  setUi(patch: Partial<Ui>): void;
  /** Follow a proxy of the dataset's model; for each render, as its handlers go with that render. */
  connect(model: DatasetModel): void;
  reportProblem(text: string): void;
}

const NO_PAST: Past = { undo: "", redo: "" };
const NOTHING: Origin = { kind: "none", text: "" };
const WAITING: Progress = {
  state: "waiting",
  stage: "",
  label: "",
  done: 0,
  total: 0,
  rate: null,
  seconds_left: null,
  message: "",
};
const UI_SAVE_MS = 400;

const bytesOf = (view: DataView | undefined): Uint8Array =>
  view ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength) : new Uint8Array(0);

/** `signal` ends the saving and the listening. */
export function createStore(model: ViewModel, abort: AbortSignal): Store {
  const saver = new Saver(model, abort);

  /** A signal that follows a trait, except while a newer value of the browser's own waits to be saved. */
  function follow<K extends keyof ViewTraits, V>(key: K, read: (value: ViewTraits[K]) => V): Signal<V> {
    const value = signal(read(model.get(key)));
    model.on(`change:${key}`, () => {
      if (!saver.isPending(key)) value.value = read(model.get(key));
    });
    return value;
  }

  const published = signal<Dataset>(EMPTY_DATASET);
  const labels = signal<readonly LabelColumn[]>([]);
  let labelled = EMPTY_DATASET;
  const dataset = computed(() => {
    labelled = withLabels(published.value, labels.value, labelled);
    return labelled;
  });
  const progress = signal<Progress>(WAITING);
  const problem = signal("");
  const selectedItems = follow("selection", bytesOf);
  const origin = follow("selection_origin", (value) => value ?? NOTHING);
  const cut = follow(
    "cut",
    (value): Cut => ({ nClusters: value?.n_clusters ?? 1, height: value?.height ?? null }),
  );
  const filters = follow("filters", readFilters);
  const excluded = follow("excluded", bytesOf);
  const past = follow("past", (value) => value ?? NO_PAST);
  const colorBy = follow("color_by", (value) => value ?? "cluster");
  const groupBy = follow("group_by", (value) => value ?? "cluster");
  const ui = follow("ui", readUi);

  const selection = computed<Selection>(() => {
    const rows = unpackSelection(selectedItems.value, published.value);
    const count = rows.count();
    return { rows, count, origin: count === 0 ? NOTHING : origin.value };
  });
  let seen: Bitset | null = null;
  const visible = computed(() => {
    const next = withoutExcluded(visibleRows(filters.value, dataset.value), excluded.value, published.value);
    if (next === null || !seen?.equals(next)) seen = next;
    return seen;
  });
  // Moving the line within its gap changes no cluster: only the number is followed.
  const nClusters = computed(() => cut.value.nClusters);
  const unnamed = computed(() => published.value.tree?.clusters(nClusters.value) ?? null);
  let lastNamed: Clusters | null = null;
  const clusters = computed(() => {
    lastNamed = unnamed.value && named(dataset.value, unnamed.value, lastNamed);
    return lastNamed;
  });
  const background = signal("#ffffff");
  const hover = signal<Hover | null>(null);
  const colored = computed(() => dataset.value.columns.get(colorBy.value));
  const coloring = computed(() =>
    colored.value
      ? colorByColumn(colored.value, background.value)
      : colorByClusters(published.value, clusters.value),
  );

  // Another page of the same model must not seem to go on with our steps.
  const page = Math.random().toString(36).slice(2);
  let steps = 0;
  let travelled = 0;

  /** Saves what the history keeps. */
  function saveStep(changes: Partial<ViewTraits>): void {
    saver.save({ ...changes, step: `${page} ${steps}` });
  }

  function travel(way: 1 | -1): void {
    travelled += way;
    saver.save({ travel: { page, at: travelled } });
    saver.flush();
  }

  function setFilters(next: readonly Filter[]): void {
    filters.value = next;
    saveStep({ filters: next });
  }

  function setSelection(rows: Bitset, from: Origin): void {
    const bytes = packSelection(rows, dataset.value);
    batch(() => {
      selectedItems.value = bytes;
      origin.value = from;
    });
    saveStep({ selection: new DataView(bytes.buffer), selection_origin: from });
  }

  function setExcluded(bytes: Uint8Array<ArrayBuffer>): void {
    const rows = selection.value.rows.difference(unpackSelection(bytes, published.value));
    batch(() => {
      excluded.value = bytes;
      setSelection(rows, rows.isEmpty() ? NOTHING : origin.value);
    });
    saveStep({ excluded: new DataView(bytes.buffer) });
  }

  return {
    dataset,
    published,
    progress,
    problem,
    selection,
    cut,
    filters,
    visible,
    past,
    clusters,
    coloring,
    colorBy,
    groupBy,
    ui,
    hover,
    background,

    select(rows, mode, from) {
      const chosen = rows instanceof Bitset ? rows : Bitset.of(dataset.value.n, rows);
      const seen = visible.value ? chosen.intersection(visible.value) : chosen;
      const after = combine(selection.value.rows, seen, mode);
      setSelection(after, after.isEmpty() ? NOTHING : from);
    },

    clearSelection() {
      if (selection.value.count > 0) setSelection(new Bitset(dataset.value.n), NOTHING);
    },

    takeOut() {
      setExcluded(union(excluded.value, packSelection(selection.value.rows, published.value)));
    },

    putBack(ids) {
      setExcluded(withoutItems(excluded.value, ids));
    },

    setCut(count, height = null) {
      const nClusters = Math.max(1, Math.min(Math.round(count), Math.max(1, dataset.value.n)));
      cut.value = { nClusters, height };
      saveStep({ cut: { n_clusters: nClusters, height } });
    },

    setFilters,

    toggleFilter(name, code) {
      const column = dataset.value.columns.get(name);
      if (name === CLUSTER && clusters.value) {
        const pack = (rows: Bitset) => packSelection(rows, dataset.value);
        setFilters(toggleCluster(filters.value, dataset.value, clusters.value, code, pack));
      } else if (column?.kind === "category") setFilters(toggleCategory(filters.value, column, code));
    },

    filterSelected() {
      const { rows, origin } = selection.value;
      const others = filters.value.filter((each) => each.kind !== "items" || each.source !== "selection");
      const items = toBase64(packSelection(rows, dataset.value));
      setFilters([...others, { kind: "items", source: "selection", text: origin.text, items }]);
    },

    lets: (column, code) => lets(filters.value, dataset.value, clusters.value, column, code),

    undo: () => travel(-1),

    redo: () => travel(1),

    flush: () => saver.flush(),

    stopSending: () => saver.stopSending(),

    beginStep() {
      steps++;
    },

    setColorBy(name) {
      colorBy.value = name;
      saver.save({ color_by: name });
    },

    setGroupBy(name) {
      groupBy.value = name;
      saver.save({ group_by: name });
    },

    setUi(patch) {
      ui.value = { ...ui.value, ...patch };
      saver.save({ ui: ui.value }, UI_SAVE_MS);
    },

    reportProblem(text) {
      problem.value = text;
    },

    connect(source) {
      const readDataset = () => {
        const header = source.get("header");
        if (!header?.version || header.version === published.value.version) return;
        try {
          const next = parseDataset({
            header,
            ids: source.get("ids"),
            coordinates: source.get("coordinates"),
            leaf_order: source.get("leaf_order"),
            merges: source.get("merges"),
            medoids: source.get("medoids"),
            columns: source.get("columns"),
          });
          batch(() => {
            published.value = next;
            hover.value = null;
            problem.value = "";
          });
        } catch (error) {
          problem.value = String(error instanceof Error ? error.message : error);
        }
      };
      const readProgress = () => {
        progress.value = { ...WAITING, ...source.get("progress") };
      };
      const readLabels = () => {
        labels.value = parseLabels({ labels: source.get("labels"), label_codes: source.get("label_codes") });
      };
      source.on("change:header", readDataset);
      source.on("change:labels", readLabels);
      source.on("change:progress", readProgress);
      readDataset();
      readLabels();
      readProgress();
    },
  };
}
