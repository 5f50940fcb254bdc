/** The columns of the table: what everybody gets, what the kernel has found, and the metadata. No DOM. */
import { formatBytes, formatCount, formatValueOf } from "../format";
import type { ImageRecord } from "../records";
import type { Sort } from "../sorting";
import type { Clusters } from "../tree";
import type { Dataset } from "../wire";

export interface TableColumn {
  name: string;
  isNumber: boolean;
  /** CSS pixels, until somebody makes it wider or narrower. */
  width: number;
  /** What its values are in the order of. */
  sort: Sort;
  /** Empty where there is no value, or not yet. */
  text(row: number, record: ImageRecord | undefined): string;
}

type Value = string | number | boolean | null | undefined;

const WIDTHS: Readonly<Record<string, number>> = {
  name: 190,
  path: 200,
  cluster: 80,
  width: 68,
  height: 68,
  size: 76,
};
/** The path is long and mostly the name: it comes after what tells images apart. */
const EVERYBODYS = ["name", "size", "width", "height", "path"];
const FORMATS: Readonly<Record<string, (value: number) => string>> = {
  size: formatBytes,
  width: formatCount,
  height: formatCount,
};

/** `known` are the columns of the records that have come. */
export function tableColumns(
  dataset: Dataset,
  clusters: Clusters | null,
  known: readonly string[],
): TableColumn[] {
  const names = new Set([...EVERYBODYS, ...known, ...dataset.columns.keys()]);
  const columns = Array.from(names, (name) => valueColumn(dataset, name));
  if (clusters === null) return columns;
  const cluster: TableColumn = {
    name: "cluster",
    isNumber: true,
    width: WIDTHS.cluster!,
    sort: { kind: "tree", descending: false },
    text: (row) => String(clusters.labels[row]! + 1),
  };
  const [name, ...others] = columns.filter((column) => column.name !== "cluster");
  return [name!, cluster, ...others];
}

function valueColumn({ columns }: Dataset, name: string): TableColumn {
  const column = columns.get(name);
  const isNumber = column ? column.kind === "number" : name in FORMATS;
  const format = FORMATS[name] ?? ((value: number) => formatValueOf(column ?? {}, value));
  const words = (value: Value): string => {
    if (value === null || value === undefined) return "";
    return typeof value === "number" ? (Number.isNaN(value) ? "" : format(value)) : String(value);
  };
  return {
    name,
    isNumber,
    width: WIDTHS[name] ?? (isNumber && column?.date !== "minute" ? 84 : 130),
    sort: { kind: "column", name, descending: false },
    text(row, record) {
      if (column === undefined) return words(record?.[name]);
      const value = column.values[row]!;
      return words(column.kind === "number" ? value : column.categories[value]);
    },
  };
}
