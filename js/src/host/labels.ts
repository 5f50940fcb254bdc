/** Labels where there is no kernel to keep them (twin: imgclust_jupyter/workspace/labels.py). */
import { fromBase64, toBase64 } from "../filters";
import type { LabelTraits } from "../labels";
import type { Dataset } from "../wire";
import type { History } from "./history";
import type { LocalModel } from "./model";
import { BREEDS, type Look } from "./synthetic";

interface Table {
  readonly [column: string]: { categories: readonly string[]; codes: Int16Array };
}

export interface LabelRequest {
  column: string;
  value: string | null;
  /** Bits of item ids, base64. */
  items: string;
  keep: boolean;
  to: string;
  after: string;
  k: number;
}

export interface Reply {
  body: object;
  buffers?: DataView[];
}

/** How alike two pictures are, from 0 on. */
export const distanceOf = (a: Look, b: Look): number =>
  Math.abs(a.hue - b.hue) / 100 + Math.abs(a.lightness - b.lightness) + Math.abs(a.roundness - b.roundness);

export function keepLabels(
  dataset: Pick<LocalModel<LabelTraits>, "receive">,
  history: History,
  { ids, idCount, tree, columns }: Dataset,
  looks: readonly Look[],
  clusterCount: () => number,
): Readonly<Record<string, (request: LabelRequest) => Reply>> {
  const breeds = columns.get("breed")!.values;
  let table: Table = {};
  let refused: ReadonlySet<string> = new Set();
  let version = 0;

  function show(now: Table): void {
    table = now;
    const written = Object.entries(now);
    const codes = new Int16Array(written.length * idCount);
    written.forEach(([, column], i) => {
      codes.set(column.codes, i * idCount);
    });
    dataset.receive({
      labels: {
        version: ++version,
        columns: written.map(([name, { categories }]) => ({ name, categories })),
      },
      label_codes: new DataView(codes.buffer),
    });
  }

  function change(text: string, after: Table): void {
    const before = table;
    show(after);
    history.add({ text, undo: () => show(before), redo: () => show(after) });
  }

  const columnOf = (name: string) =>
    table[name] ?? { categories: [], codes: new Int16Array(idCount).fill(-1) };

  const itemsIn = (bits: string): number[] => {
    const bytes = fromBase64(bits);
    return Array.from(ids).filter((id) => ((bytes[id >> 3] ?? 0) & (1 << (id & 7))) !== 0);
  };

  function bitsOf(items: readonly number[]): string {
    const bytes = new Uint8Array((idCount + 7) >> 3);
    for (const id of items) bytes[id >> 3]! |= 1 << (id & 7);
    return toBase64(bytes);
  }

  function label({ column, value, items, keep }: LabelRequest): Reply {
    const { categories, codes } = columnOf(column);
    const known = value === null || categories.includes(value) ? categories : [...categories, value];
    const code = value === null ? -1 : known.indexOf(value);
    const next = codes.slice();
    let [changed, kept] = [0, 0];
    for (const id of itemsIn(items)) {
      if (next[id] === code) continue;
      if (keep && next[id]! >= 0) kept++;
      else {
        next[id] = code;
        changed++;
      }
    }
    const text = value === null ? `no ${column}` : `label “${value}”`;
    if (changed > 0)
      change(`${text} on ${changed} images`, { ...table, [column]: { categories: known, codes: next } });
    return { body: { changed, kept } };
  }

  function rename({ column, value, to }: LabelRequest): Reply {
    const { categories, codes } = columnOf(column);
    const [from, into] = [categories.indexOf(value ?? ""), categories.indexOf(to)];
    const changed = codes.filter((code) => code === from).length;
    const merged =
      into < 0
        ? { categories: categories.map((each) => (each === value ? to : each)), codes }
        : { categories, codes: codes.map((code) => (code === from ? into : code)) };
    change(`“${value}” is “${to}”`, { ...table, [column]: merged });
    return { body: { changed } };
  }

  /** The cluster with the most images without a label, other than what is selected. */
  function nextCluster({ column, after }: LabelRequest): Reply {
    const { codes } = columnOf(column);
    const { k, start, size } = tree!.clusters(clusterCount());
    const before = new Set(itemsIn(after));
    const open = Array.from({ length: k }, (_, cluster) => {
      const members = tree!.leafOrder.subarray(start[cluster]!, start[cluster]! + size[cluster]!);
      return { cluster, rows: [...members].filter((row) => codes[ids[row]!]! < 0) };
    }).filter(({ rows }) => rows.length > 0 && !rows.every((row) => before.has(ids[row]!)));
    const best = open.sort((a, b) => b.rows.length - a.rows.length)[0];
    if (!best) return { body: { count: 0 } };
    const votes = BREEDS.map((_, breed) => best.rows.filter((row) => breeds[row] === breed).length);
    const most = Math.max(...votes);
    return {
      body: {
        items: bitsOf(best.rows.map((row) => ids[row]!)),
        count: best.rows.length,
        text: `cluster ${best.cluster + 1}`,
        guess: BREEDS[votes.indexOf(most)],
        share: most / best.rows.length,
      },
    };
  }

  function suggest({ column, value, k }: LabelRequest): Reply {
    const { categories, codes } = columnOf(column);
    const code = categories.indexOf(value ?? "");
    const members = looks.filter((_, row) => codes[ids[row]!] === code);
    const scored = Array.from(ids, (id, row) => ({
      id,
      score: Math.exp(-Math.min(...members.map((each) => distanceOf(each, looks[row]!)))),
    }));
    const best = scored
      .filter(({ id }) => codes[id]! < 0 && !refused.has(`${column} ${value} ${id}`))
      .sort((a, b) => b.score - a.score)
      .slice(0, k);
    return {
      body: {},
      buffers: [
        new DataView(Uint32Array.from(best, ({ id }) => id).buffer),
        new DataView(Float32Array.from(best, ({ score }) => score).buffer),
      ],
    };
  }

  function refuse({ column, value, items }: LabelRequest): Reply {
    const before = refused;
    const after = new Set([...refused, ...itemsIn(items).map((id) => `${column} ${value} ${id}`)]);
    refused = after;
    history.add({
      text: `not “${value}”`,
      undo: () => {
        refused = before;
      },
      redo: () => {
        refused = after;
      },
    });
    return { body: {} };
  }

  show({});
  return { label, rename_label: rename, next_cluster: nextCluster, suggest, refuse };
}
