import { beforeEach, expect, it } from "vitest";
import { createStore, type Store } from "../src/store";
import { Picker } from "../src/views/gallery-picker";
import { asProxy, datasetModel, viewModel } from "./dataset";

const PLAIN = { shiftKey: false, ctrlKey: false, metaKey: false };
const SHIFT = { ...PLAIN, shiftKey: true };
const CTRL = { ...PLAIN, ctrlKey: true };

let store: Store;
let picker: Picker;
let selected: () => number[];

beforeEach(() => {
  store = createStore(viewModel(), new AbortController().signal);
  store.connect(asProxy(datasetModel(30)));
  const order = Uint32Array.from({ length: 30 }, (_, i) => 29 - i);
  picker = new Picker(store, () => order);
  selected = () => [...store.selection.value.rows];
});

it("selects a range in display order, which can shrink and keeps what else was selected", () => {
  picker.pick(2, PLAIN);
  picker.pick(20, CTRL);
  expect(selected()).toEqual([2, 20]);
  picker.pick(16, SHIFT);
  expect(selected()).toEqual([2, 16, 17, 18, 19, 20]);
  picker.pick(19, SHIFT);
  expect(selected()).toEqual([2, 19, 20]);
  picker.pick(22, SHIFT);
  expect(selected()).toEqual([2, 20, 21, 22]);
  picker.pick(2, CTRL);
  expect(selected()).toEqual([20, 21, 22]);
  expect(picker.cursor.value).toBe(2);
});

it("begins a range anew after another view has selected something", () => {
  picker.pick(5, PLAIN);
  store.select([8], "replace", { kind: "branch", text: "" });
  picker.startAfresh();
  picker.pick(12, SHIFT);
  expect(selected()).toEqual([8, 12]);
});

it("selects groups and all, saying what they are", () => {
  const group = { label: "pug", by: "breed", code: 0, rows: Uint32Array.of(1, 2), total: 2, node: null };
  picker.pickGroup(group, PLAIN);
  expect(store.selection.value.origin).toEqual({ kind: "group", text: "breed: pug" });
  picker.pickGroup({ ...group, label: "husky", rows: Uint32Array.of(9) }, SHIFT);
  expect(selected()).toEqual([1, 2, 9]);
  picker.pickAll(Array.from({ length: 30 }, (_, row) => row));
  expect(store.selection.value).toMatchObject({ count: 30, origin: { kind: "all" } });
  picker.clear();
  expect(selected()).toEqual([]);
});

it("says that a change is its own only while it makes it", () => {
  const seen: boolean[] = [];
  store.selection.subscribe(() => seen.push(picker.isPicking));
  picker.pick(1, PLAIN);
  store.select([2], "replace", { kind: "branch", text: "" });
  expect(seen).toEqual([false, true, false]);
});
