/** Finding images by words in their names and columns, without a kernel (twin: imgclust_jupyter/workspace/search.py). */
import { Bitset } from "../selection";
import type { Dataset } from "../wire";
import type { Texts } from "./embedded";

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Upper and lower case are the same; ß is ss, and a last sigma is a sigma, as Python folds them. */
const fold = (text: string): string => text.toUpperCase().toLowerCase().replaceAll("ς", "σ");

/** Rows that have every word in one of their columns; numbers are found by their whole value. */
export function find(text: string, texts: readonly Texts[], dataset: Dataset): Bitset {
  const words = fold(text).split(/\s+/).filter(Boolean);
  if (words.length === 0) return new Bitset(dataset.n);
  return words.map((word) => having(word, texts, dataset)).reduce((all, rows) => all.intersection(rows));
}

function having(word: string, texts: readonly Texts[], dataset: Dataset): Bitset {
  const rows = new Bitset(dataset.n);
  const number = NUMBER.test(word) ? Number(word) : Number.NaN;
  for (const { isNumber, values } of texts) {
    values.forEach((value, row) => {
      if (value === null) return;
      if (isNumber ? value === number : fold(String(value)).includes(word)) rows.add(row);
    });
  }
  const known = new Set(texts.map(({ name }) => name));
  for (const { name, kind, categories, values } of dataset.columns.values()) {
    if (kind === "number" || known.has(name)) continue;
    const hits = categories.map((category) => fold(category).includes(word));
    values.forEach((code, row) => {
      if (hits[code]) rows.add(row);
    });
  }
  return rows;
}
