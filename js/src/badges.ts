/** What is worth a mark on a picture. No DOM. */
import { formatCount } from "./format";
import type { Dataset } from "./wire";

export interface Badge {
  kind: "new" | "outlier" | "duplicate" | "label";
  /** What it says to who asks. */
  title: string;
  /** What is written on it; without, it is an icon. */
  text?: string;
}

/** This share of the images that stand apart most. */
const OUTLIERS = 0.01;

/** A function of the row; the columns are looked up once. */
export function badgesOf({ columns, n }: Dataset): (row: number) => Badge[] {
  const outlier = columns.get("outlier");
  const duplicate = columns.get("duplicate_of");
  const labels = [...columns.values()].filter(({ label }) => label === true);
  const added = columns.get("new");
  const most = Math.ceil(OUTLIERS * n);
  return (row) => {
    const badges: Badge[] = [];
    if (added?.categories[added.values[row]!] === "True") badges.push({ kind: "new", title: "New" });
    const rank = outlier?.kind === "number" ? outlier.values[row]! : Number.NaN;
    if (rank <= most)
      badges.push({ kind: "outlier", title: `Outlier ${formatCount(rank)} of ${formatCount(n)}` });
    const original = duplicate?.categories[duplicate.values[row]!];
    if (original !== undefined) badges.push({ kind: "duplicate", title: `Duplicate of ${original}` });
    for (const { name, categories, values } of labels) {
      const text = categories[values[row]!];
      if (text !== undefined) badges.push({ kind: "label", title: `${capital(name)}: ${text}`, text });
    }
    return badges;
  };
}

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
