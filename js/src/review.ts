/** Suggestions for a label, looked through one by one: yes, no, back. Shared by all views; no DOM. */
import { batch, computed, effect, type ReadonlySignal, signal } from "@preact/signals-core";
import { toBase64 } from "./filters";
import type { Labelling } from "./labelling";
import type { Rpc } from "./rpc";
import type { Bitset } from "./selection";
import type { Store } from "./store";
import { packSelection } from "./wire";

export interface Review {
  /** The label that images are suggested for; null when nothing is reviewed. */
  readonly label: ReadonlySignal<string | null>;
  /** The images that are left, the likest first; null when nothing is reviewed. */
  readonly rows: ReadonlySignal<Uint32Array | null>;
  readonly counts: ReadonlySignal<{ yes: number; no: number }>;
  /** Why nothing, or nothing more, is suggested; else empty. */
  readonly problem: ReadonlySignal<string>;
  /** How like the label's members a row is, 0 to 1. */
  scoreOf(row: number): number | undefined;
  start(label: string): Promise<void>;
  /** One decision about these rows, for undo as well. */
  decide(rows: readonly number[], isYes: boolean): void;
  /** Takes the last decision back and returns its first row. */
  undo(): number | null;
  stop(): void;
}

interface Decision {
  ids: readonly number[];
  isYes: boolean;
}

const COUNT = 60;

export function createReview(store: Store, rpc: Rpc, { column }: Labelling, abort: AbortSignal): Review {
  const label = signal<string | null>(null);
  const ids = signal<readonly number[]>([]);
  const scores = new Map<number, number>();
  const decisions = signal<readonly Decision[]>([]);
  const problem = signal("");
  let selected: Bitset | null = null;
  let asking = new AbortController();

  const rows = computed(() => {
    if (label.value === null) return null;
    const { rowOfId } = store.published.value;
    const visible = store.visible.value;
    const decided = new Set(decisions.value.flatMap((each) => each.ids));
    const left = ids.value.filter((id) => !decided.has(id)).map((id) => rowOfId[id] ?? -1);
    return Uint32Array.from(left.filter((row) => row >= 0 && (visible?.has(row) ?? true)));
  });

  async function ask(value: string): Promise<void> {
    asking.abort();
    asking = new AbortController();
    const wish = AbortSignal.any([abort, asking.signal]);
    try {
      const { buffers } = await rpc.request("suggest", { column: column.peek(), value, k: COUNT }, wish);
      if (wish.aborted) return;
      const [items, likeness] = buffers;
      const found = Array.from({ length: (items?.byteLength ?? 0) >> 2 }, (_, i) => {
        const id = items!.getUint32(4 * i, true);
        scores.set(id, likeness!.getFloat32(4 * i, true));
        return id;
      });
      batch(() => {
        problem.value = found.length === 0 ? "Nothing more is like these" : "";
        ids.value = found;
        label.value = value;
      });
    } catch (error) {
      if (wish.aborted) return;
      batch(() => {
        problem.value = error instanceof Error ? error.message : String(error);
        ids.value = [];
        label.value = value;
      });
    }
  }

  function stop(): void {
    asking.abort();
    label.value = null;
  }

  const rowOf = (id: number): number => store.published.peek().rowOfId[id] ?? -1;

  // Who selects something else wants to see that.
  const stopFollowing = effect(() => {
    const now = store.selection.value.rows;
    if (selected && !selected.equals(now)) stop();
    selected = now;
  });
  abort.addEventListener("abort", () => {
    stopFollowing();
    asking.abort();
  });

  return {
    label,
    rows,
    problem,
    counts: computed(() => {
      const count = (isYes: boolean) =>
        decisions.value.reduce((sum, each) => sum + (each.isYes === isYes ? each.ids.length : 0), 0);
      return { yes: count(true), no: count(false) };
    }),
    scoreOf: (row) => scores.get(store.published.peek().ids[row] ?? -1),

    start(value) {
      decisions.value = [];
      scores.clear();
      return ask(value);
    },

    decide(decided, isYes) {
      const value = label.peek();
      if (value === null || decided.length === 0) return;
      const items = toBase64(packSelection(decided, store.published.peek()));
      const decision = { ids: decided.map((row) => store.published.peek().ids[row]!), isYes };
      decisions.value = [...decisions.peek(), decision];
      const body = { column: column.peek(), value, items };
      rpc
        .request(isYes ? "label" : "refuse", isYes ? { ...body, keep: true } : body)
        .then(() => (rows.peek()?.length === 0 ? ask(value) : undefined))
        .catch((error: Error) => {
          decisions.value = decisions.peek().filter((each) => each !== decision);
          problem.value = error.message;
        });
    },

    undo() {
      const last = decisions.peek().at(-1);
      if (!last) return null;
      batch(() => {
        decisions.value = decisions.peek().slice(0, -1);
        problem.value = "";
        ids.value = [...last.ids.filter((id) => !ids.peek().includes(id)), ...ids.peek()];
      });
      store.undo();
      return rowOf(last.ids[0]!);
    },

    stop,
  };
}
