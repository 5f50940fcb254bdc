/** Search over names and all columns, by the kernel: Enter selects what is found, Shift and Enter shows nothing else. */
import { signal as state } from "@preact/signals-core";
import { ListFilter, MousePointerClick, Search } from "lucide";
import { button, element, watch } from "../dom";
import { type ItemsFilter, readFilters, rowsOfItems } from "../filters";
import { formatCount } from "../format";
import type { ViewContext } from "./context";
import { icon } from "./icons";

const TYPING_MS = 250;
const WAITING = "…";

interface Found {
  text: string;
  count: number;
  filter: ItemsFilter;
}

export function searchField({ store, rpc, signal }: ViewContext): {
  element: HTMLElement;
  input: HTMLInputElement;
} {
  const found = state<Found | null>(null);
  const note = state("");
  let asking = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    asking.abort();
  });

  const input = element("input", {
    attributes: {
      type: "search",
      placeholder: "Find",
      "aria-label": "Find in names and columns",
      title: "Find in names and columns (/)",
      "aria-keyshortcuts": "/",
      spellcheck: "false",
    },
  });

  async function ask(text: string): Promise<Found | null> {
    asking.abort();
    asking = new AbortController();
    found.value = null;
    note.value = text === "" ? "" : WAITING;
    if (text === "") return null;
    try {
      const { body } = await rpc.request("search", { text }, asking.signal);
      const [filter] = readFilters([body.filter]);
      note.value = "";
      if (filter?.kind !== "items") return null;
      found.value = { text, count: Number(body.count), filter };
      return found.value;
    } catch (error) {
      if (!(error instanceof DOMException))
        note.value = error instanceof Error ? error.message : String(error);
      return null;
    }
  }

  /** Of what the field says now, though the answer to it may not have come. */
  async function use(act: (now: Found) => void): Promise<void> {
    clearTimeout(timer);
    const text = input.value.trim();
    const now = found.peek()?.text === text ? found.peek() : await ask(text);
    if (now && now.count > 0) act(now);
  }

  const select = () =>
    use(({ filter, text }) => {
      store.beginStep();
      store.select(rowsOfItems(filter, store.dataset.peek()), "replace", {
        kind: "query",
        text: `found “${text}”`,
      });
    });
  const only = () =>
    use(({ filter }) => {
      store.beginStep();
      store.setFilters([...store.filters.peek(), filter]);
      input.value = "";
      void ask("");
    });

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => void ask(input.value.trim()), TYPING_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && input.value !== "") {
      event.preventDefault();
      input.value = "";
      void ask("");
    } else if (event.key === "Enter") {
      event.preventDefault();
      void (event.shiftKey ? only() : select());
    }
  });

  const count = element("span", { class: "imgclust-muted", attributes: { role: "status" } });
  const selects = button("Select what is found (Enter)", icon(MousePointerClick), () => void select());
  const filters = button("Show only what is found (Shift+Enter)", icon(ListFilter), () => void only());
  watch(signal, () => {
    const now = found.value;
    const waits = note.value === WAITING && rpc.kernel.value === "busy";
    count.textContent = count.title = now ? formatCount(now.count) : waits ? "kernel busy" : note.value;
    selects.hidden = filters.hidden = !now || now.count === 0;
  });
  watch(signal, () => {
    input.disabled = store.dataset.value.n === 0;
  });
  const whole = element("div", {
    class: "imgclust-search",
    attributes: { role: "search" },
    children: [icon(Search), input, count, selects, filters],
  });
  return { element: whole, input };
}
