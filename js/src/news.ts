/** What has been added since the page looked: it is brought into sight, and shown for a moment as under the pointer. */
import { signal as makeSignal, type ReadonlySignal } from "@preact/signals-core";
import { watch } from "./dom";
import type { Store } from "./store";

export interface News {
  /** Rows to be brought into sight, once each time that they are told. */
  readonly rows: ReadonlySignal<readonly number[]>;
  /** What this page has sent is on its way: what is there already is to be selected. */
  expect(): void;
}

/** How often it flashes, and how long it then stays lit, ms. */
const FLASHES = 2;
const FLASH_MS = 350;
const LIT_MS = 3500;

export function createNews(store: Store, signal: AbortSignal): News {
  const rows = makeSignal<readonly number[]>([]);
  /** The last report that has been seen; null before the first dataset. */
  let seen: number | null = null;
  let isExpecting = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  signal.addEventListener("abort", () => clearTimeout(timer));

  function flash(shown: readonly number[]): void {
    clearTimeout(timer);
    const lit = { rows: shown, node: null, source: "news" } as const;
    const isOurs = (): boolean => store.hover.peek() === lit;
    let step = matchMedia("(prefers-reduced-motion: reduce)").matches ? 2 * FLASHES : 0;
    const next = (): void => {
      // Who points at something meanwhile wants to see that.
      if (store.hover.peek() !== null && !isOurs()) return;
      const isOn = step % 2 === 0 && step <= 2 * FLASHES;
      store.hover.value = isOn ? lit : null;
      if (step <= 2 * FLASHES) timer = setTimeout(next, step === 2 * FLASHES ? LIT_MS : FLASH_MS);
      step++;
    };
    next();
  }

  watch(signal, () => {
    const { version, header, rowOfId } = store.published.value;
    if (version === 0) return;
    const number = header.changes?.number ?? 0;
    const isNews = seen !== null && number > seen;
    seen = number;
    if (!isNews || !header.changes) return;
    const rowsOf = (ids: readonly number[]) => ids.map((id) => rowOfId[id] ?? -1).filter((row) => row >= 0);
    const { new: added, there } = header.changes;
    if (added.length + there.length === 0) return;
    const [fresh, known] = [rowsOf(added), isExpecting ? rowsOf(there) : []];
    isExpecting = false;
    // After the views have taken the new rows in.
    queueMicrotask(() => {
      if (signal.aborted) return;
      const shown = [...fresh, ...known];
      if (known.length > 0)
        store.select(shown, "replace", { kind: "click", text: fresh.length > 0 ? "added" : "already there" });
      if (shown.length === 0) return;
      rows.value = shown;
      flash(shown);
    });
  });

  return {
    rows,
    expect() {
      isExpecting = true;
    },
  };
}
