/** Where a filter is made or changed: a column, and its categories or a range of its numbers. */
import { computed, signal as state } from "@preact/signals-core";
import { ListFilter } from "lucide";
import { titleOf } from "../cluster-names";
import { button, element, watch } from "../dom";
import { CLUSTER, lastMoment, replaceFilter } from "../filters";
import { formatCount, formatValue, isoDate } from "../format";
import type { Column, Store } from "../store";
import type { ViewContext } from "./context";
import { icon } from "./icons";
import { createPopover } from "./popover";

const BARS = 48;
const INPUTS = { day: "date", minute: "datetime-local" } as const;

export interface FilterMenu {
  button: HTMLElement;
  /** Opens at a column. */
  open(column: string): void;
}

export function createFilterMenu({ store, signal }: ViewContext, root: HTMLElement): FilterMenu {
  const column = state<string>(CLUSTER);
  const opener = button("Filter by a column", icon(ListFilter), () => popover.open());
  opener.append("Filter");
  opener.classList.add("imgclust-text-button");
  const popover = createPopover(opener, "Filter", (body, life) => fill(body, life, store, column), signal);
  root.append(popover.element);
  watch(signal, () => {
    opener.toggleAttribute("disabled", store.dataset.value.n === 0);
  });
  return {
    button: opener,
    open(name) {
      column.value = name;
      popover.open();
    },
  };
}

function fill(body: HTMLElement, life: AbortSignal, store: Store, chosen: { value: string }): void {
  const select = element("select", {
    class: "imgclust-select",
    attributes: { "aria-label": "Column to filter by" },
  });
  const values = element("div", { class: "imgclust-filter-values" });
  select.addEventListener("change", () => {
    chosen.value = select.value;
  });
  body.append(select, values);
  watch(life, () => {
    const dataset = store.dataset.value;
    const names = [...(dataset.tree ? [CLUSTER] : []), ...dataset.columns.keys()];
    select.replaceChildren(
      ...names.map((name) => element("option", { text: name, attributes: { value: name } })),
    );
    if (!names.includes(chosen.value)) chosen.value = names[0] ?? CLUSTER;
    select.value = chosen.value;
  });
  let ofColumn = new AbortController();
  life.addEventListener("abort", () => ofColumn.abort());
  const ofThat = computed(() => store.dataset.value.columns.get(chosen.value));
  watch(life, () => {
    const column = ofThat.value;
    ofColumn.abort();
    ofColumn = new AbortController();
    values.replaceChildren(
      column?.kind === "number"
        ? rangeOf(column, store, ofColumn.signal)
        : checklist(chosen.value, store, ofColumn.signal),
    );
  });
}

interface Entry {
  code: number;
  label: string;
  count: number;
}

function entriesOf(name: string, store: Store): Entry[] {
  const column = store.dataset.value.columns.get(name);
  if (name === CLUSTER || !column) {
    const clusters = store.clusters.value;
    if (!clusters) return [];
    return Array.from(clusters.size, (count, code) => ({ code, label: titleOf(clusters, code), count }));
  }
  const counts = new Map<number, number>();
  for (const code of column.values) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts]
    .map(([code, count]) => ({ code, label: column.categories[code] ?? "no value", count }))
    .sort((a, b) => b.count - a.count);
}

function checklist(name: string, store: Store, signal: AbortSignal): HTMLElement {
  const list = element("div", {
    class: "imgclust-checklist",
    attributes: { role: "group", "aria-label": name },
  });
  watch(signal, () => {
    const boxes = entriesOf(name, store).map(({ code, label, count }) => {
      const box = element("input", { attributes: { type: "checkbox" } });
      box.addEventListener("change", () => store.toggleFilter(name, code));
      watch(signal, () => {
        box.checked = hasFilter(store, name) && store.lets(name, code);
      });
      return element("label", {
        children: [
          box,
          element("span", { class: "imgclust-checklist-label", text: label, title: label }),
          element("span", { class: "imgclust-muted", text: formatCount(count) }),
        ],
      });
    });
    list.replaceChildren(...boxes);
  });
  return list;
}

const hasFilter = ({ filters }: Store, name: string): boolean =>
  filters.value.some((filter) =>
    filter.kind === "items" ? name === CLUSTER && filter.source === "cluster" : filter.column === name,
  );

function rangeOf(column: Column, store: Store, signal: AbortSignal): HTMLElement {
  const { date } = column;
  const present = column.values.filter((value) => !Number.isNaN(value));
  const [min, max] = extentOf(present);
  const counts = new Uint32Array(BARS);
  const width = (max - min) / BARS || 1;
  for (const value of present) counts[Math.min(BARS - 1, Math.floor((value - min) / width))]!++;
  const most = Math.max(1, ...counts);
  const bars = Array.from(counts, (count) => {
    const bar = element("span");
    bar.style.height = `${count === 0 ? 0 : Math.max(4, (100 * count) / most)}%`;
    return bar;
  });
  const [low, high] = [bound("From", min), bound("To", max)];

  function bound(label: string, end: number): HTMLInputElement {
    const input = element("input", {
      class: "imgclust-field",
      attributes: {
        step: "any",
        "aria-label": `${label} ${column.name}`,
        ...(date
          ? { type: INPUTS[date], min: isoDate(min, date), max: isoDate(max, date) }
          : { type: "number", placeholder: formatValue(end) }),
      },
    });
    input.addEventListener("change", () => {
      // The year of a date that is typed comes digit by digit: 0002, 0020, 0202.
      if (!date || input.value === "" || input.value >= "1000") apply();
    });
    return input;
  }

  function apply(): void {
    const [a, b] = [low, high].map(({ value, valueAsNumber }) =>
      value === "" ? null : valueAsNumber / (date ? 1000 : 1),
    );
    const [least, most] = a !== null && b !== null && a! > b! ? [b, a] : [a, b];
    const end = most != null && date ? lastMoment(most, date) : most;
    const isOpen = least === null && end === null;
    store.setFilters(
      replaceFilter(
        store.filters.peek(),
        column.name,
        isOpen ? null : { kind: "range", column: column.name, low: least ?? null, high: end ?? null },
      ),
    );
  }

  watch(signal, () => {
    const filter = store.filters.value.find((each) => each.kind === "range" && each.column === column.name);
    const [from, to] = filter?.kind === "range" ? [filter.low, filter.high] : [null, null];
    const words = (end: number): string => (date ? isoDate(end, date) : String(end));
    low.value = from === null ? "" : words(from);
    high.value = to === null ? "" : words(to);
    bars.forEach((bar, i) => {
      const isIn = min + (i + 1) * width > (from ?? -Infinity) && min + i * width <= (to ?? Infinity);
      bar.classList.toggle("imgclust-out", !isIn);
    });
  });
  return element("div", {
    class: "imgclust-range",
    children: [
      element("div", { class: "imgclust-range-bars", attributes: { "aria-hidden": "true" }, children: bars }),
      element("div", { class: "imgclust-range-ends", children: [low, element("span", { text: "–" }), high] }),
    ],
  });
}

function extentOf(values: Column["values"]): [number, number] {
  let [min, max] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min <= max ? [min, max] : [0, 0];
}
