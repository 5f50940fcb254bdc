import { type Signal, signal } from "@preact/signals-core";
import { beforeEach, expect, it } from "vitest";
import { createRecords, type Records } from "../src/records";
import type { Answer, Rpc } from "../src/rpc";
import type { Dataset } from "../src/wire";
import { datasetOf } from "./dataset";

let asked: { ids: number[]; resolve(answer: Answer): void; reject(error: Error): void }[];
let dataset: Signal<Dataset>;
let records: Records;

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

async function answer(): Promise<void> {
  const { ids, resolve } = asked.at(-1)!;
  resolve({ body: { rows: ids.map((id) => ({ name: `${id}.jpg` })) }, buffers: [] });
  await settled();
}

beforeEach(() => {
  asked = [];
  const rpc: Rpc = {
    kernel: signal("ready"),
    request: (_kind, body) =>
      new Promise((resolve, reject) => {
        asked.push({ ...(body as { ids: number[] }), resolve, reject });
      }),
  };
  dataset = signal(datasetOf(40));
  records = createRecords(rpc, dataset);
});

it("asks once for the rows of a moment, by item", async () => {
  records.ask([0]);
  records.ask([1, 0, 39]);
  await settled();
  expect(asked.map(({ ids }) => ids)).toEqual([[1, 2, 41]]);
  records.ask([0]);
  await settled();
  expect(asked).toHaveLength(1);
  await answer();
  expect(records.onArrival.value).toBe(1);
  expect(records.get(39)!.name).toBe("41.jpg");
  expect(records.get(5)).toBeUndefined();
  expect(records.columns.value).toEqual(["name"]);
});

it("asks again when there is a newer dataset, and keeps what it has meanwhile", async () => {
  records.ask([3]);
  await settled();
  await answer();
  dataset.value = { ...dataset.value, version: 2 };
  expect(records.get(3)!.name).toBe("4.jpg");
  records.ask([3]);
  await settled();
  expect(asked).toHaveLength(2);
});

it("does without when the kernel refuses, and asks again later", async () => {
  records.ask([3]);
  await settled();
  asked[0]!.reject(new Error("no"));
  await settled();
  expect(records.get(3)).toBeUndefined();
  records.ask([3]);
  await settled();
  expect(asked).toHaveLength(2);
});
