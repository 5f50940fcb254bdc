/** What the colours of a column mean; a click on a category filters, with Shift it selects. Clusters are named on the map itself. */
import { element, watch } from "../dom";
import { formatCount, formatPart, formatValueOf, plural } from "../format";
import { type Coloring, type Dataset, type Legend, type LegendEntry, modeOf } from "../store";
import type { ViewContext } from "./context";
import { countShown, rowsOf } from "./map-groups";

type Range = Extract<Legend, { kind: "range" }>;

/** Clusters have their names on the map. */
export const hasLegend = ({ column, legend }: Coloring): boolean =>
  column !== "cluster" && legend.kind !== "none";

/** Both ends of a scale in words. */
export const endsOf = (range: Range): readonly [string, string] => [
  `${range.belowLow ? "≤ " : ""}${formatValueOf(range, range.low)}`,
  `${range.aboveHigh ? "≥ " : ""}${formatValueOf(range, range.high)}`,
];

const STOPS = 9;

/** Colours along a scale, from low to high. */
export function stopsOf({ css }: Coloring): string[] {
  const last = css.length - 2;
  return Array.from({ length: STOPS }, (_, i) => css[Math.round((last * i) / (STOPS - 1))]!);
}

export function mapLegend({ store, signal }: ViewContext): HTMLElement {
  const box = element("details", { class: "imgclust-map-legend", attributes: { open: true } });
  let entries: { made: HTMLElement; number: HTMLElement; code: number; count: number }[] = [];

  watch(signal, () => {
    const coloring = store.coloring.value;
    const { column, legend } = coloring;
    const dataset = store.dataset.value;
    entries = [];
    box.hidden = !hasLegend(coloring) || dataset.coordinates === null;
    box.replaceChildren(
      element("summary", { class: "imgclust-map-legend-title", text: column, title: column }),
    );
    if (box.hidden) return;
    if (legend.kind === "range") box.append(scale(legend, coloring));
    else if (legend.kind === "entries") {
      entries = legend.entries.map((entry) => entryButton(entry, coloring, dataset));
      const children = entries.map(({ made }) => made);
      box.append(element("div", { class: "imgclust-map-legend-entries", children }));
    }
  });

  watch(signal, () => {
    const { column } = store.coloring.value;
    const isFiltered = store.filters.value.some((each) => each.kind === "category" && each.column === column);
    const chosen = store.dataset.value.columns.get(column);
    const shownOf = chosen ? countShown(chosen.values as Int32Array, store.visible.value) : null;
    for (const { made, number, code, count } of entries) {
      const passes = store.lets(column, code);
      number.textContent = formatPart(shownOf?.(code) ?? count, count);
      made.setAttribute("aria-pressed", String(isFiltered && passes));
      made.classList.toggle("imgclust-map-legend-out", !passes);
    }
  });

  function entryButton(entry: LegendEntry, { column, css }: Coloring, dataset: Dataset) {
    const chosen = dataset.columns.get(column);
    // -1 is both "not among the categories" and the code of a missing value.
    const code = chosen?.categories.indexOf(entry.label) ?? -1;
    const rows = chosen ? rowsOf(chosen.values as Int32Array, code) : [];
    const number = element("span", { class: "imgclust-map-legend-number" });
    const made = element("button", {
      class: "imgclust-map-legend-entry",
      title: `Only ${entry.label}, and what else is clicked; with Shift: select the ${plural(entry.count, "image")}`,
      attributes: { type: "button" },
      children: [
        swatch(css[entry.code]!),
        element("span", { class: "imgclust-map-legend-label", text: entry.label }),
        number,
      ],
    });
    const link = (isOn: boolean) => {
      store.hover.value = isOn ? { rows, node: null, source: "map" } : null;
    };
    made.addEventListener("click", (event) => {
      const mode = modeOf(event);
      if (mode === "replace") store.toggleFilter(column, code);
      else store.select(rows, mode, { kind: "group", text: `${column}: ${entry.label}` });
    });
    made.addEventListener("pointerenter", () => link(true));
    made.addEventListener("pointerleave", () => link(false));
    return { made, number, code, count: entry.count };
  }
  return box;
}

function scale(legend: Range, coloring: Coloring): HTMLElement {
  const bar = element("div", { class: "imgclust-map-legend-bar" });
  bar.style.background = `linear-gradient(to right, ${stopsOf(coloring).join(", ")})`;
  const [low, high] = endsOf(legend);
  const children = [element("span", { text: low }), bar, element("span", { text: high })];
  if (legend.missing > 0) {
    const missing = `no value ${formatCount(legend.missing)}`;
    children.push(
      element("span", {
        class: "imgclust-map-legend-missing",
        children: [swatch(coloring.css.at(-1)!), missing],
      }),
    );
  }
  return element("div", { class: "imgclust-map-legend-scale", children });
}

function swatch(color: string): HTMLElement {
  const made = element("span", { class: "imgclust-map-legend-swatch" });
  made.style.background = color;
  return made;
}
