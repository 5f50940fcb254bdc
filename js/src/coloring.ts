/** Which colour each row has, and what the colours mean. */
import { CLUSTER_COLORS, MISSING_COLOR, sequenceOn } from "./palette";
import type { Clusters } from "./tree";
import type { Column, Dataset, DateUnit } from "./wire";

export interface LegendEntry {
  label: string;
  /** Index into `Coloring.css`. */
  code: number;
  count: number;
}

export type Legend =
  | { kind: "entries"; entries: readonly LegendEntry[] }
  /** The views say themselves which cluster is which; there may be as many as images. */
  | { kind: "clusters" }
  /** Values outside low … high have the colour of that end. */
  | {
      kind: "range";
      low: number;
      high: number;
      belowLow: boolean;
      aboveHigh: boolean;
      missing: number;
      date?: DateUnit;
    }
  | { kind: "none" };

export interface Coloring {
  /** "cluster", or the column's name. */
  column: string;
  /** Colours; the last stands for missing. */
  css: readonly string[];
  /** Index into `css` of each row. */
  codes: Uint16Array;
  legend: Legend;
}

const QUALITATIVE: readonly string[] = [...CLUSTER_COLORS, MISSING_COLOR];
const missingLabel = ({ label, name }: Column): string => (label ? `no ${name}` : "no value");

export function colorByClusters(dataset: Dataset, clusters: Clusters | null): Coloring {
  const missing = CLUSTER_COLORS.length;
  if (clusters === null) {
    const codes = new Uint16Array(dataset.n).fill(missing);
    return { column: "cluster", css: QUALITATIVE, codes, legend: { kind: "none" } };
  }
  const { color, labels } = clusters;
  // A loop: `Uint16Array.from` with a function takes ten times as long, and this follows each move of the cut.
  const codes = new Uint16Array(labels.length);
  for (let row = 0; row < codes.length; row++) codes[row] = color[labels[row]!]! % missing;
  return { column: "cluster", css: QUALITATIVE, codes, legend: { kind: "clusters" } };
}

/**
 * Categories take the colours by frequency, so that the twelve most common are told apart; labels in the order of
 * their first use, so that no colour changes while one labels.
 */
function colorByCategory(column: Column): Coloring {
  const missing = CLUSTER_COLORS.length;
  const counts = new Uint32Array(column.categories.length);
  let missingCount = 0;
  for (const code of column.values) {
    if (code >= 0) counts[code]!++;
    else missingCount++;
  }
  const order = Array.from(counts.keys());
  if (!column.label) order.sort((a, b) => counts[b]! - counts[a]!);
  const codeOfCategory = new Uint16Array(counts.length);
  order.forEach((category, rank) => {
    codeOfCategory[category] = rank % CLUSTER_COLORS.length;
  });
  const entries: LegendEntry[] = order
    .filter((category) => counts[category]! > 0)
    .map((category) => ({
      label: column.categories[category]!,
      code: codeOfCategory[category]!,
      count: counts[category]!,
    }));
  if (missingCount > 0) entries.push({ label: missingLabel(column), code: missing, count: missingCount });
  const codes = Uint16Array.from(column.values, (code) => (code >= 0 ? codeOfCategory[code]! : missing));
  return { column: column.name, css: QUALITATIVE, codes, legend: { kind: "entries", entries } };
}

/** From the 1st to the 99th percentile, so that one huge file does not leave all others the same colour. */
function colorByNumber(column: Column, background: string): Coloring {
  const sequence = sequenceOn(background);
  const missing = sequence.length;
  const present = Float64Array.from(column.values)
    .filter((value) => !Number.isNaN(value))
    .sort();
  const at = (share: number): number => present[Math.round(share * (present.length - 1))] ?? Number.NaN;
  const low = at(0.01);
  const high = at(0.99);
  const span = high - low || 1;
  const codes = Uint16Array.from(column.values, (value) => {
    if (Number.isNaN(value)) return missing;
    const share = Math.max(0, Math.min(1, (value - low) / span));
    return Math.round(share * (sequence.length - 1));
  });
  const legend: Legend =
    present.length === 0
      ? { kind: "none" }
      : {
          kind: "range",
          low,
          high,
          belowLow: at(0) < low,
          aboveHigh: at(1) > high,
          missing: column.values.length - present.length,
          ...(column.date && { date: column.date }),
        };
  return { column: column.name, css: [...sequence, MISSING_COLOR], codes, legend };
}

/** Numbers have colours that stand out from the background. */
export function colorByColumn(column: Column, background: string): Coloring {
  return column.kind === "number" ? colorByNumber(column, background) : colorByCategory(column);
}
