/** Writing labels: on what is selected, in which column, and which cluster comes next. Shared by all views; no DOM. */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals-core";
import { fromBase64, toBase64 } from "./filters";
import { formatShare, plural } from "./format";
import { countLabels, type LabelCounts } from "./labels";
import type { Rpc } from "./rpc";
import type { Bitset } from "./selection";
import type { Column, Store } from "./store";
import { packSelection, unpackSelection } from "./wire";

export interface Guess {
  label: string;
  /** 0 to 1; null when nobody knows. */
  share: number | null;
}

export interface Next {
  rows: Bitset;
  count: number;
  /** Which images: "cluster 5". */
  text: string;
  guess: Guess | null;
}

export interface Note {
  text: string;
  /** "done" is what everybody can see anyway. */
  kind: "done" | "news" | "error";
}

export interface Labelling {
  /** The column that is written to; it need not be there yet. */
  readonly column: ReadonlySignal<string>;
  readonly current: ReadonlySignal<Column | undefined>;
  /** The columns of labels, the one that is written to among them. */
  readonly columns: ReadonlySignal<readonly string[]>;
  readonly ofAll: ReadonlySignal<LabelCounts>;
  readonly ofSelected: ReadonlySignal<LabelCounts>;
  /** The labels in use: those written last, then the most common. */
  readonly known: ReadonlySignal<readonly string[]>;
  /** What came of the last wish, or why nothing did. */
  readonly note: ReadonlySignal<Note>;
  /** The label that was written last, else the newest; null when there is none. */
  readonly latest: ReadonlySignal<string | null>;
  /** What to label next; null when nothing is left, undefined until that is asked. */
  readonly next: ReadonlySignal<Next | null | undefined>;
  setColumn(name: string): void;
  /** What the selected images might be, where none of them has a label. */
  guess(): Guess | null;
  /** Labels what is selected (null: takes the label away) and looks for what comes next; false when it is refused. */
  write(value: string | null, keep?: boolean): Promise<boolean>;
  rename(from: string, to: string): Promise<boolean>;
  /** Selects what comes next; null when there is nothing. */
  goNext(): Promise<Next | null>;
}

/** Not at each step while the cut is dragged. */
const REST_MS = 300;

/** A class that fewer of the images show is no guess at all of them. */
const LEAST_SHARE = 0.25;

export const describeGuess = ({ label, share }: Guess): string =>
  `“${label}”?${share === null ? "" : ` ${formatShare(share)}`}`;

export function createLabelling(store: Store, rpc: Rpc, abort: AbortSignal): Labelling {
  const column = computed(() => store.ui.value.labelColumn);
  const current = computed(() => {
    const found = store.dataset.value.columns.get(column.value);
    return found?.label ? found : undefined;
  });
  const columns = computed(() => {
    const written = [...store.dataset.value.columns.values()].filter(({ label }) => label);
    return [...new Set([...written.map(({ name }) => name), column.value])];
  });
  const ofAll = computed(() => countLabels(current.value, store.published.value.n));
  const ofSelected = computed(() => countLabels(current.value, store.selection.value.rows));
  const recent = signal<readonly string[]>([]);
  const known = computed(() => {
    const used = ofAll.value.labels.map(({ label }) => label);
    const late = recent.value.filter((label) => used.includes(label));
    return [...new Set([...late, ...used])];
  });
  const latest = computed(() => {
    const used = ofAll.value.labels;
    const written = recent.value.find((label) => used.some((each) => each.label === label));
    // Codes count up with the labels: where nobody has written any yet, as after a restart, the newest is the last.
    return written ?? used.toSorted((a, b) => b.code - a.code)[0]?.label ?? null;
  });
  const note = signal<Note>({ text: "", kind: "done" });
  const next = signal<Next | null | undefined>(undefined);
  let asking = new AbortController();
  /** What the last question about the next cluster was about. */
  let about: readonly unknown[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  const say = (text: string, kind: "done" | "news" = "done"): void => {
    note.value = { text, kind };
  };
  const complain = (error: unknown): void => {
    note.value = { text: error instanceof Error ? error.message : String(error), kind: "error" };
  };
  const bitsOf = (rows: Bitset): string => toBase64(packSelection(rows, store.published.peek()));

  async function findNext(): Promise<Next | null> {
    asking.abort();
    asking = new AbortController();
    about = [current.peek(), store.clusters.peek()];
    const wish = AbortSignal.any([abort, asking.signal]);
    const after = bitsOf(store.selection.peek().rows);
    try {
      const { body } = await rpc.request("next_cluster", { column: column.peek(), after }, wish);
      if (wish.aborted) return null;
      next.value = readNext(body, store);
      return next.value;
    } catch (error) {
      if (!wish.aborted) complain(error);
      return null;
    }
  }

  // Whatever is labelled or undone elsewhere, and each move of the cut, changes what comes next.
  const stop = effect(() => {
    const now = [current.value, store.clusters.value];
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (next.peek() !== undefined && now.some((each, i) => each !== about[i])) void findNext();
    }, REST_MS);
  });
  abort.addEventListener("abort", () => {
    stop();
    clearTimeout(timer);
    asking.abort();
  });

  async function write(value: string | null, keep = false): Promise<boolean> {
    const { rows } = store.selection.peek();
    // Else undo would take the selection back before the label.
    store.flush();
    try {
      const { body } = await rpc.request("label", {
        column: column.peek(),
        value,
        items: bitsOf(rows),
        keep,
      });
      const kept = Number(body.kept ?? 0);
      const what = value === null ? `no ${column.peek()}` : `“${value}”`;
      const rest = kept > 0 ? `; ${plural(kept, "image")} kept ${kept === 1 ? "its" : "their"} own` : "";
      say(`${what} on ${plural(Number(body.changed), "image")}${rest}`, kept > 0 ? "news" : "done");
    } catch (error) {
      complain(error);
      return false;
    }
    if (value !== null) recent.value = [value, ...recent.value.filter((other) => other !== value)];
    await findNext();
    return true;
  }

  return {
    column,
    current,
    columns,
    ofAll,
    ofSelected,
    known,
    note,
    latest,
    next,
    write,

    setColumn(name) {
      next.value = undefined;
      store.setUi({ labelColumn: name });
    },

    guess() {
      const { rows, count } = store.selection.peek();
      if (ofSelected.peek().none < count) return null;
      const seen = store.dataset.peek().columns.get("predicted");
      const [most] = countLabels(seen, rows).labels;
      return most && most.count >= LEAST_SHARE * count
        ? { label: most.label, share: most.count / count }
        : null;
    },

    async rename(from, to) {
      try {
        const { body } = await rpc.request("rename_label", { column: column.peek(), value: from, to });
        say(`“${from}” is “${to}” now, on ${plural(Number(body.changed), "image")}`);
        return true;
      } catch (error) {
        complain(error);
        return false;
      }
    },

    async goNext() {
      const to = next.peek() ?? (await findNext());
      if (to === null) {
        if (next.peek() === null) say("Every cluster is labelled", "news");
        return null;
      }
      next.value = undefined;
      say("");
      store.beginStep();
      store.select(to.rows, "replace", { kind: "query", text: to.text });
      return to;
    },
  };
}

function readNext(body: Record<string, unknown>, store: Store): Next | null {
  const count = Number(body.count ?? 0);
  if (count === 0) return null;
  return {
    rows: unpackSelection(fromBase64(String(body.items)), store.published.peek()),
    count,
    text: String(body.text),
    guess:
      typeof body.guess === "string"
        ? { label: body.guess, share: typeof body.share === "number" ? body.share : null }
        : null,
  };
}
