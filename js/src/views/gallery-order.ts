/** The rows as they are sorted now; where only the kernel knows the order, the former stands until it answers. */
import { computed, type ReadonlySignal, signal } from "@preact/signals-core";
import { watch } from "../dom";
import { type Ranking, type Sort, sortAsRanked, sortHere, sortsAlike, treeOrder } from "../sorting";
import type { ViewContext } from "./context";

export interface Order {
  readonly rows: ReadonlySignal<Uint32Array>;
  /** Why the rows are not in the order that was wished for; else empty. */
  readonly problem: ReadonlySignal<string>;
}

export function createOrder({ store, rpc, signal: life }: ViewContext, sort: ReadonlySignal<Sort>): Order {
  const ranking = signal<{ sort: Sort; answer: Ranking } | null>(null);
  const problem = signal("");
  const column = computed(() =>
    sort.value.kind === "column" ? store.dataset.value.columns.get(sort.value.name) : undefined,
  );
  const here = computed(() => sortHere(store.published.value, sort.value, column.value));
  const rows = computed(() => {
    const known = here.value;
    if (known !== null) return known;
    const ranked = ranking.value;
    if (ranked === null) return treeOrder(store.published.value);
    const isDescending =
      sort.value.kind !== "similar" && sort.value.descending && sortsAlike(ranked.sort, sort.value);
    return sortAsRanked(store.published.value, ranked.answer, isDescending);
  });

  // Turning the order round needs no other answer.
  const wanted = computed(() => {
    if (here.value !== null || store.published.value.n === 0) return null;
    return JSON.stringify({ ...sort.value, descending: false, version: store.published.value.version });
  });
  let asking = new AbortController();
  watch(life, () => {
    asking.abort();
    problem.value = "";
    if (wanted.value === null) return;
    asking = new AbortController();
    void ask(sort.peek(), AbortSignal.any([life, asking.signal]));
  });

  async function ask(by: Sort, wish: AbortSignal): Promise<void> {
    const [kind, body] =
      by.kind === "similar"
        ? ["similar", { id: by.id }]
        : ["order", { column: by.kind === "column" ? by.name : "" }];
    try {
      const { body: answer, buffers } = await rpc.request(kind, body, wish);
      if (wish.aborted) return;
      ranking.value = {
        sort: by,
        answer: { ids: readIds(buffers[0]), missing: Number(answer.missing ?? 0) },
      };
    } catch (error) {
      if (!wish.aborted) problem.value = error instanceof Error ? error.message : String(error);
    }
  }

  return { rows, problem };
}

/** Items as the kernel sends them: uint32, not necessarily aligned. */
export function readIds(view: DataView | undefined): Uint32Array {
  if (view === undefined) return new Uint32Array(0);
  return Uint32Array.from({ length: view.byteLength >> 2 }, (_, i) => view.getUint32(4 * i, true));
}
