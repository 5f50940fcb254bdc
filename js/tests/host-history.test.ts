import { expect, it } from "vitest";
import { keepHistory } from "../src/host/history";
import { createStore } from "../src/store";
import { asProxy, datasetModel, viewModel } from "./dataset";

it("a page without a kernel undoes and redoes by itself", async () => {
  const model = viewModel();
  const life = new AbortController();
  keepHistory(model);
  const store = createStore(model, life.signal);
  store.connect(asProxy(datasetModel(40)));
  const go = async (act: () => void): Promise<void> => {
    store.beginStep();
    act();
    await Promise.resolve();
  };
  const first = store.cut.value.nClusters;
  store.setCut(9);
  await go(store.undo);
  expect(store.cut.value.nClusters).toBe(first);
  expect(store.past.value).toEqual({ undo: "", redo: "9 clusters" });
  await go(store.redo);
  expect(store.cut.value.nClusters).toBe(9);
  store.beginStep();
  store.select([1, 2], "replace", { kind: "lasso", text: "lasso" });
  await go(store.undo);
  expect(store.selection.value.count).toBe(0);
  expect(store.past.value).toEqual({ undo: "9 clusters", redo: "lasso" });
  store.setCut(2);
  store.setCut(3);
  await go(store.undo);
  expect(store.cut.value.nClusters).toBe(9);
  await go(store.undo);
  await go(store.undo);
  expect(store.cut.value.nClusters).toBe(first);
  life.abort();
});
