/** What the colours of a column mean; a click on a category selects its members. Clusters are named on the map itself. */
import { element, watch } from "../dom";
import { formatCount, formatValue, plural } from "../format";
import { type Coloring, type Dataset, type LegendEntry, modeOf } from "../store";
import type { ViewContext } from "./context";

export function mapLegend({ store, signal }: ViewContext): HTMLElement {
  const box = element("details", { class: "imgclust-map-legend", attributes: { open: true } });

  watch(signal, () => {
    const coloring = store.coloring.value;
    const { column, legend, css } = coloring;
    box.hidden = column === "cluster" || legend.kind === "none" || store.dataset.value.coordinates === null;
    box.replaceChildren(
      element("summary", { class: "imgclust-map-legend-title", text: column, title: column }),
    );
    if (box.hidden) return;
    if (legend.kind === "entries") {
      const entries = legend.entries.map((entry) => entryButton(entry, coloring));
      box.append(element("div", { class: "imgclust-map-legend-entries", children: entries }));
    } else if (legend.kind === "range") {
      const colors = css.slice(0, -1).filter((_, i) => i % 9 === 0);
      const bar = element("div", { class: "imgclust-map-legend-bar" });
      bar.style.background = `linear-gradient(to right, ${colors.join(", ")})`;
      const low = `${legend.belowLow ? "≤ " : ""}${formatValue(legend.low)}`;
      const high = `${legend.aboveHigh ? "≥ " : ""}${formatValue(legend.high)}`;
      const scale = [element("span", { text: low }), bar, element("span", { text: high })];
      if (legend.missing > 0)
        scale.push(swatch(css.at(-1)!), element("span", { text: `no value ${formatCount(legend.missing)}` }));
      box.append(element("div", { class: "imgclust-map-legend-scale", children: scale }));
    }
  });

  function entryButton(entry: LegendEntry, { column, css }: Coloring): HTMLElement {
    const made = element("button", {
      class: "imgclust-map-legend-entry",
      title: `Select the ${plural(entry.count, "image")} of ${entry.label}`,
      attributes: { type: "button" },
      children: [
        swatch(css[entry.code]!),
        element("span", { class: "imgclust-map-legend-label", text: entry.label }),
        element("span", { class: "imgclust-muted", text: formatCount(entry.count) }),
      ],
    });
    made.addEventListener("click", (event) => {
      const rows = membersOf(store.dataset.peek(), column, entry.label);
      store.select(rows, modeOf(event), { kind: "group", text: `${column}: ${entry.label}` });
    });
    return made;
  }
  return box;
}

function swatch(color: string): HTMLElement {
  const made = element("span", { class: "imgclust-map-legend-swatch" });
  made.style.background = color;
  return made;
}

/** Rows of a category; those without a value for the entry that stands for them. */
function membersOf({ columns }: Dataset, name: string, label: string): number[] {
  const column = columns.get(name);
  const rows: number[] = [];
  if (!column) return rows;
  // -1 is both "not among the categories" and the code of a missing value.
  const code = column.categories.indexOf(label);
  column.values.forEach((value, row) => {
    if (value === code) rows.push(row);
  });
  return rows;
}
