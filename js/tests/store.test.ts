import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { makeDataset, traitsAt } from "../src/host/synthetic";
import { createStore, type Origin, type ViewTraits } from "../src/store";
import { packSelection } from "../src/wire";
import { asProxy, datasetModel, viewModel } from "./dataset";

const LASSO: Origin = { kind: "lasso", text: "lasso" };

function setUp(traits: Partial<ViewTraits> = {}) {
  const model = viewModel(traits);
  const dataset = datasetModel(40);
  const life = new AbortController();
  const store = createStore(model, life.signal);
  store.connect(asProxy(dataset));
  return { model, dataset, life, store };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("the selection", () => {
  it("reaches the kernel as bits of item ids with its origin, in one message", () => {
    const { store, model } = setUp();
    store.select([0, 3], "replace", { kind: "click", text: "two" });
    store.select([4], "add", LASSO);
    expect(store.selection.value).toMatchObject({ count: 3, origin: LASSO });
    expect(model.saved).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(model.saved).toHaveLength(1);
    const { selection, selection_origin } = model.saved[0]!;
    expect(Buffer.from(selection!.buffer).toString("hex")).toBe("520000000000");
    expect(selection_origin).toEqual(LASSO);
  });

  it("comes from the kernel", () => {
    const { store, model } = setUp();
    const bits = packSelection([7], store.dataset.value);
    model.receive({
      selection: new DataView(bits.buffer),
      selection_origin: { kind: "query", text: "width > 3" },
    });
    expect([...store.selection.value.rows]).toEqual([7]);
    expect(store.selection.value.origin.kind).toBe("query");
  });

  it("stays with its images when rows change with a new dataset", () => {
    const { store, dataset } = setUp();
    store.select([0, 30], "replace", LASSO);
    const items = [...store.selection.value.rows].map((row) => store.dataset.value.ids[row]);
    const fewer = traitsAt(makeDataset(40), "scan", 2);
    const ids = new Uint8Array(fewer.ids.buffer).slice();
    // Without the first, which is its lowest bit.
    ids[0]! &= ids[0]! - 1;
    dataset.receive({
      ...fewer,
      header: { ...fewer.header, n: 39, columns: [] },
      ids: new DataView(ids.buffer),
      columns: new DataView(new ArrayBuffer(0)),
    });
    expect([...store.selection.value.rows].map((row) => store.dataset.value.ids[row])).toEqual([items[1]]);
  });

  it("has no origin when nothing is selected", () => {
    const { store } = setUp();
    store.select([1], "replace", LASSO);
    store.select([1], "toggle", LASSO);
    expect(store.selection.value).toMatchObject({ count: 0, origin: { kind: "none" } });
    store.select([1], "replace", LASSO);
    store.clearSelection();
    expect(store.selection.value.count).toBe(0);
  });
});

describe("the cut", () => {
  it("is saved ten times a second at most, the last value always", () => {
    const { store, model } = setUp();
    for (let k = 1; k <= 20; k++) {
      store.setCut(k, k / 10);
      vi.advanceTimersByTime(16);
    }
    vi.advanceTimersByTime(200);
    expect(model.saved.length).toBeLessThanOrEqual(4);
    expect(model.saved.at(-1)).toMatchObject({ cut: { n_clusters: 20, height: 2 } });
  });

  it("does not jump back when the kernel repeats an older value", () => {
    const { store, model } = setUp();
    store.setCut(5);
    model.receive({ cut: { n_clusters: 4, height: null } });
    expect(store.cut.value.nClusters).toBe(5);
    vi.advanceTimersByTime(100);
    model.receive({ cut: { n_clusters: 6, height: null } });
    expect(store.cut.value.nClusters).toBe(6);
    expect(store.clusters.value!.k).toBe(6);
  });

  it("is kept within the collection", () => {
    const { store } = setUp();
    store.setCut(1000);
    expect(store.cut.value.nClusters).toBe(40);
    store.setCut(-3);
    expect(store.cut.value.nClusters).toBe(1);
  });

  it("moved within its gap leaves the clusters as they are", () => {
    const { store } = setUp();
    const before = store.clusters.value;
    store.setCut(3, 0.123);
    expect(store.clusters.value).toBe(before);
  });
});

describe("the dataset", () => {
  it("is read again only when its version has changed", () => {
    const { store, dataset } = setUp();
    const before = store.dataset.value;
    store.connect(asProxy(dataset));
    dataset.receive({ header: { ...dataset.get("header") } });
    expect(store.dataset.value).toBe(before);
    dataset.receive(traitsAt(makeDataset(40), "scan", 2));
    expect(store.dataset.value.version).toBe(2);
    expect(store.clusters.value).toBeNull();
  });

  it("ends what the pointer or the keys were on, as rows and branches are others now", () => {
    const { store, dataset } = setUp();
    store.hover.value = { rows: [3, 4], node: 7, source: "tree" };
    dataset.receive({ header: { ...dataset.get("header") } });
    expect(store.hover.value).not.toBeNull();
    dataset.receive(traitsAt(makeDataset(30), "scan", 2));
    expect(store.hover.value).toBeNull();
  });

  it("that does not fit its header leaves the last one standing, and says so", () => {
    const { store, dataset } = setUp();
    dataset.receive({ header: { ...dataset.get("header"), version: 2, n: 41 } });
    expect(store.dataset.value.version).toBe(1);
    expect(store.problem.value).toContain("ids are of 40 images instead of 41");
  });
});

it("colours by clusters where there is no such column", () => {
  const { store } = setUp({ color_by: "gone" });
  expect(store.coloring.value.column).toBe("cluster");
  store.setColorBy("breed");
  expect(store.coloring.value.column).toBe("breed");
});

it("has nothing but neutral colours before there are clusters", () => {
  const store = createStore(viewModel(), new AbortController().signal);
  store.connect(asProxy(datasetModel(5, "scan")));
  expect(store.coloring.value.legend.kind).toBe("none");
  expect(new Set(store.coloring.value.codes)).toEqual(new Set([12]));
});

it("saves what was done last when the model goes", () => {
  const { store, model, life } = setUp();
  store.setGroupBy("breed");
  store.setUi({ tileSize: 60 });
  life.abort();
  expect(model.saved).toEqual([{ group_by: "breed", ui: expect.objectContaining({ tileSize: 60 }) }]);
});

it("saves the look of the page less often", () => {
  const { store, model } = setUp();
  store.setUi({ height: 700 });
  vi.advanceTimersByTime(399);
  expect(model.saved).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(model.saved).toHaveLength(1);
});

it("makes do with a model whose traits are not set yet", () => {
  const store = createStore(
    viewModel({ ui: undefined, cut: {} as never, selection_origin: null as never }),
    new AbortController().signal,
  );
  expect(store.ui.value.height).toBe(620);
  expect(store.cut.value.nClusters).toBe(1);
});
