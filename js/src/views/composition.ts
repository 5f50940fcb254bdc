/** What is in the selection: one column of it against the whole, in a small window; a click narrows the selection. */
import { computed, signal as makeSignal, type Signal } from "@preact/signals-core";
import { ChartNoAxesColumn } from "lucide";
import {
  binning,
  byFrequency,
  type Coded,
  choices,
  coded,
  mostTelling,
  type Part,
  parts,
  quartiles,
  rowsOfCode,
} from "../composition";
import { button, element, watch } from "../dom";
import { formatCount, formatShare, formatValueOf, plural } from "../format";
import type { Column, Store } from "../store";
import type { ViewContext } from "./context";
import { icon } from "./icons";
import type { Shortcuts } from "./keys";
import { createPopover } from "./popover";

const KEY = "w";
const MOST_ROWS = 12;

export interface Composition {
  button: HTMLElement;
  keys: Shortcuts;
}

/** `root` holds the window. */
export function createComposition({ store, signal }: ViewContext, root: HTMLElement): Composition {
  const wished = makeSignal("");
  const open = (): void => {
    if (store.selection.peek().count > 0) popover.open();
  };
  const opener = button(
    `What is in the selection, against all (${KEY.toUpperCase()})`,
    icon(ChartNoAxesColumn),
    open,
  );
  opener.append("what is in it");
  opener.classList.add("imgclust-text-button");
  opener.setAttribute("aria-keyshortcuts", KEY);
  const popover = createPopover(
    opener,
    "What is in the selection",
    (body, life) => fill(body, life, store, wished),
    signal,
  );
  root.append(popover.element);
  watch(signal, () => {
    opener.hidden = store.selection.value.count === 0;
    if (opener.hidden) popover.close();
  });
  return { button: opener, keys: { [KEY]: open } };
}

function fill(body: HTMLElement, life: AbortSignal, store: Store, wished: Signal<string>): void {
  body.classList.add("imgclust-composition");
  const select = element("select", { class: "imgclust-select", attributes: { "aria-label": "Column" } });
  select.addEventListener("change", () => {
    wished.value = select.value;
  });
  const caption = element("p", { class: "imgclust-muted" });
  const content = element("div");
  body.replaceChildren(select, caption, content);
  // Until somebody chooses; and not another one while the selection is narrowed.
  const first = mostTelling(
    [store.groupBy.peek(), store.colorBy.peek()],
    store.dataset.peek(),
    store.clusters.peek(),
    store.selection.peek().rows,
  );
  const column = computed(() => {
    const names = choices(store.dataset.value);
    return [wished.value, first].find((name) => names.includes(name)) ?? names[0] ?? "";
  });
  watch(life, () => {
    const names = choices(store.dataset.value);
    select.replaceChildren(
      ...names.map((name) => element("option", { text: name, attributes: { value: name } })),
    );
    select.value = column.value;
  });
  watch(life, () => {
    const { rows, count } = store.selection.value;
    const { columns, n } = store.dataset.value;
    caption.textContent = `${plural(count, "image")} selected of ${formatCount(n)}`;
    const values = coded(column.value, store.dataset.value, store.clusters.value);
    if (values === null || count === 0) return content.replaceChildren();
    const narrow = (part: Part): void =>
      store.select(rowsOfCode(values, part.code), "intersect", {
        kind: "group",
        text: part.label === "" ? values.name : `${values.name}: ${part.label}`,
      });
    const numbers = columns.get(column.value);
    const all = parts(values, rows);
    content.replaceChildren(
      ...(numbers?.kind === "number"
        ? [histogram(all, count, n), quartileTable(numbers, store)]
        : [categoryTable(values, all, count, n, narrow)]),
    );
  });
}

function categoryTable(
  { name }: Coded,
  all: readonly Part[],
  count: number,
  n: number,
  narrow: (part: Part) => void,
): HTMLElement {
  const sorted = byFrequency(all);
  const rows = sorted.slice(0, MOST_ROWS).map((part) => {
    const label = element("button", {
      class: "imgclust-composition-value",
      text: part.label,
      title: `Select only these ${formatCount(part.selected)}: ${part.label}`,
      attributes: { type: "button" },
    });
    label.addEventListener("click", () => narrow(part));
    return element("tr", {
      children: [
        element("th", { attributes: { scope: "row" }, children: [label] }),
        element("td", { children: [bar(part.selected / count, part.total / n)] }),
        element("td", { text: formatCount(part.selected) }),
        element("td", { class: "imgclust-muted", text: formatCount(part.total) }),
        element("td", { text: formatLift(part.lift) }),
      ],
    });
  });
  const head = [name, "", "selected", "of all", "lift"].map((text) =>
    text === "" ? element("td") : element("th", { text, attributes: { scope: "col" } }),
  );
  head.at(-1)!.title = "How many times as frequent in the selection as among all images";
  const rest = sorted.length - rows.length;
  const table = element("table", {
    children: [
      element("thead", { children: [element("tr", { children: head })] }),
      element("tbody", { children: rows }),
    ],
  });
  const more = element("p", { class: "imgclust-muted", text: `and ${plural(rest, "more value")}` });
  return element("div", { children: rest > 0 ? [table, more] : [table] });
}

/** The share of the selection as a bar, that of all as a mark on it. */
function bar(ofSelection: number, ofAll: number): HTMLElement {
  const filled = element("span");
  const mark = element("i");
  filled.style.width = `${100 * ofSelection}%`;
  mark.style.left = `${100 * ofAll}%`;
  return element("div", {
    class: "imgclust-composition-bar",
    title: `${formatShare(ofSelection)} of the selection, ${formatShare(ofAll)} of all`,
    children: [filled, mark],
  });
}

/** "×2.3"; what is as frequent as among all has ×1. */
const formatLift = (lift: number): string => `×${lift >= 10 ? Math.round(lift) : lift.toPrecision(2)}`;

function histogram(all: readonly Part[], count: number, n: number): HTMLElement {
  const bins = all.filter((part) => part.code >= 0);
  const most = Math.max(...bins.map((part) => Math.max(part.selected / count, part.total / n)));
  const columns = bins.map((part) => {
    const [ofAll, ofSelection] = [element("i"), element("span")];
    ofAll.style.height = `${(100 * part.total) / n / most}%`;
    ofSelection.style.height = `${(100 * part.selected) / count / most}%`;
    return element("div", { children: [ofAll, ofSelection] });
  });
  return element("div", {
    class: "imgclust-composition-histogram",
    attributes: { "aria-hidden": "true" },
    children: columns,
  });
}

function quartileTable(column: Column, store: Store): HTMLElement {
  const { values } = column;
  const { low, width, bins } = binning(values);
  const rows = [
    ["selected", quartiles(values, store.selection.value.rows)],
    ["all", quartiles(values)],
  ] as const;
  const ends = element("div", {
    class: "imgclust-composition-ends imgclust-muted",
    children: [
      element("span", { text: formatValueOf(column, low) }),
      element("span", { text: formatValueOf(column, low + bins * width) }),
    ],
  });
  const head = ["", "25 %", "median", "75 %"].map((text) =>
    text === "" ? element("td") : element("th", { text, attributes: { scope: "col" } }),
  );
  const body = rows.map(([name, of]) =>
    element("tr", {
      children: [
        element("th", { text: name, attributes: { scope: "row" } }),
        ...(of ? [of.low, of.median, of.high] : []).map((value) =>
          element("td", { text: formatValueOf(column, value) }),
        ),
        ...(of ? [] : [element("td", { text: "no value", attributes: { colspan: 3 } })]),
      ],
    }),
  );
  const table = element("table", {
    children: [
      element("thead", { children: [element("tr", { children: head })] }),
      element("tbody", { children: body }),
    ],
  });
  return element("div", { children: [ends, table] });
}
