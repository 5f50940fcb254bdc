// @vitest-environment jsdom
import { signal } from "@preact/signals-core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { colorByColumn } from "../src/coloring";
import { describeFilter, type RangeFilter, visibleRows } from "../src/filters";
import { formatValueOf } from "../src/format";
import { createSession } from "../src/session";
import type { ViewContext } from "../src/views/context";
import { createFilterMenu } from "../src/views/filter-menu";
import { endsOf } from "../src/views/map-legend";
import { tableColumns } from "../src/views/table-columns";
import type { Column, Dataset, DateUnit } from "../src/wire";
import { datasetOf, viewModel } from "./dataset";

const N = 40;
const DAY = 86_400;
const at = (text: string): number => Date.parse(`${text}Z`) / 1000;

function withDates(values: ArrayLike<number>, date: DateUnit): { dataset: Dataset; taken: Column } {
  const taken: Column = {
    name: "taken",
    kind: "number",
    date,
    values: Float64Array.from(values),
    categories: [],
  };
  const dataset = datasetOf(N);
  return { dataset: { ...dataset, columns: new Map([...dataset.columns, ["taken", taken]]) }, taken };
}

/** One at each midnight, and one in the last second before the next. */
const ends = Array.from(
  { length: N },
  (_, row) => at("2024-03-20") + Math.floor(row / 2) * DAY + (row % 2) * (DAY - 1),
);

it("writes dates up to their unit, never rounded up to the next one", () => {
  const last = at("2024-03-30T23:59:59.999");
  expect(formatValueOf({ date: "day" }, last)).toBe("2024-03-30");
  expect(formatValueOf({ date: "minute" }, last)).toBe("2024-03-30 23:59");
  expect(formatValueOf({ date: "day" }, at("1503-01-01"))).toBe("1503-01-01");
  expect(formatValueOf({}, 2024)).toBe("2024");
  expect(formatValueOf({ date: "day" }, 1e15)).toBe("1,000,000,000,000,000");
});

it("the legend, the table and chips say dates", () => {
  const { dataset, taken } = withDates(ends, "day");
  const { legend } = colorByColumn(taken, "#ffffff");
  expect(legend.kind === "range" && endsOf(legend)).toEqual(["2024-03-20", "2024-04-08"]);
  const column = tableColumns(dataset, null, []).find(({ name }) => name === "taken")!;
  expect(column.text(3, undefined)).toBe("2024-03-21");
  const chip = (low: number | null, high: number | null): string =>
    describeFilter({ kind: "range", column: "taken", low, high }, dataset).text;
  const [from, until] = [at("2024-03-30"), at("2024-03-31") - 0.001];
  expect(chip(from, until)).toBe("2024-03-30 – 2024-03-30");
  expect([chip(from, null), chip(null, until)]).toEqual(["≥ 2024-03-30", "≤ 2024-03-30"]);
});

describe("the filter menu", () => {
  let life: AbortController;
  let store: ReturnType<typeof createSession>["store"];
  let inputs: HTMLInputElement[];

  beforeEach(() => {
    HTMLElement.prototype.showPopover = () => {};
    HTMLElement.prototype.hidePopover = () => {};
    life = new AbortController();
  });

  afterEach(() => {
    life.abort();
    document.body.replaceChildren();
  });

  function open(values: ArrayLike<number>, date: DateUnit): Dataset {
    const { dataset } = withDates(values, date);
    const session = createSession(viewModel(), life.signal);
    store = session.store;
    const shown = { ...store, dataset: signal(dataset) };
    const ctx = { ...session, store: shown, signal: life.signal } as unknown as ViewContext;
    createFilterMenu(ctx, document.body).open("taken");
    inputs = [...document.querySelectorAll<HTMLInputElement>(".imgclust-field")];
    return dataset;
  }

  function type(input: HTMLInputElement, value: string): void {
    input.value = value;
    input.dispatchEvent(new Event("change"));
  }

  const filter = (): RangeFilter | undefined => store.filters.value[0] as RangeFilter | undefined;

  it("asks for days, and takes in the whole of the last one and nothing of the next", () => {
    const dataset = open(ends, "day");
    expect(inputs.map((input) => [input.type, input.min, input.max])).toEqual(
      Array(2).fill(["date", "2024-03-20", "2024-04-08"]),
    );
    type(inputs[1]!, "2024-03-30");
    expect([...visibleRows([filter()!], dataset)!]).toEqual(Array.from({ length: 22 }, (_, row) => row));
    type(inputs[0]!, "2024-03-30");
    expect([...visibleRows([filter()!], dataset)!]).toEqual([20, 21]);
    expect(inputs.map(({ value }) => value)).toEqual(["2024-03-30", "2024-03-30"]);
    type(inputs[0]!, "2024-04-02");
    expect(describeFilter(filter()!, dataset).text).toBe("2024-03-30 – 2024-04-02");
    for (const input of inputs) type(input, "");
    expect(store.filters.value).toEqual([]);
  });

  it("waits for the end of a year that is typed", () => {
    open(ends, "day");
    type(inputs[1]!, "0202-03-30");
    expect(filter()).toBeUndefined();
  });

  it("asks for the time of day as well where all is of a few days", () => {
    open(
      Array.from({ length: N }, (_, row) => at("2024-03-30T14:05") + 60 * row),
      "minute",
    );
    expect(inputs[0]!.type).toBe("datetime-local");
    type(inputs[1]!, "2024-03-30T14:07");
    expect(filter()!.high).toBe(at("2024-03-30T14:07:59.999"));
    expect(inputs[1]!.value).toBe("2024-03-30T14:07");
  });
});
