import { describe, expect, it } from "vitest";
import { longName, named, shortName, titleOf } from "../src/cluster-names";
import { withLabels } from "../src/labels";
import { createStore } from "../src/store";
import type { Dataset } from "../src/wire";
import { asProxy, datasetModel, datasetOf, viewModel } from "./dataset";

const withNames = (dataset: Dataset, names: Record<string, [string, string]>): Dataset => ({
  ...dataset,
  header: { ...dataset.header, names },
});

describe("the names of clusters", () => {
  const dataset = datasetOf(60);
  const clusters = dataset.tree!.clusters(4);
  const [a, b, c] = Array.from(clusters.node, String) as [string, string, string];

  it("are the network's, with more where two are the same", () => {
    const seen = withNames(dataset, { [a]: ["dog", "pug"], [b]: ["dog", "beagle"], [c]: ["cat", "tabby"] });
    const found = named(seen, clusters, null);
    expect(found.names).toEqual(["dog (pug)", "dog (beagle)", "cat", ""]);
    expect(named(seen, dataset.tree!.clusters(1), null).names).toEqual([""]);
    expect([shortName(found, 2), longName(found, 2), titleOf(found, 2)]).toEqual([
      "3 cat",
      "cluster 3, cat",
      "Cluster 3 · cat",
    ]);
    expect([shortName(found, 3), longName(found, 3), titleOf(found, 3)]).toEqual([
      "4",
      "cluster 4",
      "Cluster 4",
    ]);
  });

  it("have no more where that is the same, too", () => {
    const seen = withNames(dataset, { [a]: ["dog", "pug"], [b]: ["dog", "pug"], [c]: ["dog", "dog"] });
    expect(named(seen, clusters, null).names).toEqual(["dog", "dog", "dog", ""]);
  });

  it("are the label that nearly all images bear", () => {
    const seen = withNames(dataset, { [a]: ["dog", "pug"] });
    const start = clusters.start[0]!;
    const rows = dataset.tree!.leafOrder.subarray(start, start + clusters.size[0]!);
    const codes = new Int16Array(dataset.idCount).fill(-1);
    for (const row of rows) codes[dataset.ids[row]!] = 1;
    const label = { name: "label", categories: ["Tom", "Rex"], codes };
    expect(named(withLabels(seen, [label], seen), clusters, null).names[0]).toBe("Rex");
    for (const row of rows.subarray(0, Math.ceil(rows.length / 5))) codes[dataset.ids[row]!] = -1;
    expect(named(withLabels(seen, [label], seen), clusters, null).names[0]).toBe("dog");
  });

  it("change the clusters only when they change", () => {
    const seen = withNames(dataset, { [a]: ["dog", "pug"] });
    const first = named(seen, clusters, null);
    expect(named({ ...seen }, clusters, first)).toBe(first);
    expect(named(withNames(dataset, { [a]: ["cat", "tabby"] }), clusters, first)).not.toBe(first);
  });

  it("are in the store", () => {
    const model = datasetModel(60);
    const header = { ...model.get("header"), names: { [a]: ["dog", "pug"] as const } };
    model.set("header", header);
    const store = createStore(
      viewModel({ cut: { n_clusters: 4, height: null } }),
      new AbortController().signal,
    );
    store.connect(asProxy(model));
    expect(store.clusters.value!.names).toEqual(["dog", "", "", ""]);
  });
});
