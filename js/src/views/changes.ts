/** What the last addition or refresh has changed: in one line, and on demand row by row. */
import { signal as makeSignal } from "@preact/signals-core";
import { ChevronRight, X } from "lucide";
import { button, element, watch } from "../dom";
import { formatCount, plural } from "../format";
import { modeOf } from "../store";
import type { ViewContext } from "./context";
import { openDialog } from "./dialog";
import { icon } from "./icons";

interface Row {
  /** null for what is not shown any more. */
  id: number | null;
  name: string;
  what: string;
  from: string;
  to: string;
}

const WORDS: Readonly<Record<string, string>> = { added: "new", "moved cluster": "moved" };

export function changesLine(ctx: ViewContext, frame: HTMLElement): HTMLElement {
  const { store, signal } = ctx;
  const dismissed = makeSignal(0);
  const open = element("button", {
    class: "imgclust-button imgclust-text-button",
    attributes: { type: "button", "aria-haspopup": "dialog" },
  });
  open.addEventListener("click", () => void showChanges(open.textContent ?? "", ctx, frame));
  const dismiss = button("Dismiss what has changed", icon(X, 12), () => {
    dismissed.value = store.published.peek().header.changes?.number ?? 0;
  });
  const line = element("div", {
    class: "imgclust-changes",
    attributes: { role: "status" },
    children: [open, dismiss],
  });
  watch(signal, () => {
    const { changes } = store.published.value.header;
    line.hidden = !changes || changes.text === "" || changes.number <= dismissed.value;
    open.replaceChildren(changes?.text ?? "", icon(ChevronRight, 12));
  });
  return line;
}

async function showChanges(name: string, ctx: ViewContext, frame: HTMLElement): Promise<void> {
  const closed = new AbortController();
  const { body } = openDialog(frame, name, "sheet", ctx.signal, () => closed.abort());
  const list = element("ul", { class: "imgclust-change-list", text: "Asking the kernel …" });
  body.append(list);
  try {
    const answer = await ctx.rpc.request("changes", {}, closed.signal);
    const { rows, more } = answer.body as unknown as { rows: Row[]; more: number };
    const rest =
      more > 0 ? [element("li", { text: `and ${plural(more, "more change")}: see explorer.changes` })] : [];
    list.replaceChildren(...rows.map((row) => line(row, ctx)), ...rest);
    const added = rows.flatMap(({ id, what }) => (what === "added" && id !== null ? [id] : []));
    if (added.length > 1) body.prepend(selectAll(added, ctx));
  } catch (error) {
    if (!closed.signal.aborted) list.textContent = error instanceof Error ? error.message : String(error);
  }
}

function selectAll(ids: readonly number[], { store }: ViewContext): HTMLElement {
  const all = element("button", {
    class: "imgclust-button imgclust-text-button imgclust-change-all",
    text: `Select the ${formatCount(ids.length)} new`,
    attributes: { type: "button" },
  });
  all.addEventListener("click", () => {
    const { rowOfId } = store.dataset.peek();
    store.select(
      ids.map((id) => rowOfId[id]!).filter((row) => row >= 0),
      "replace",
      { kind: "click", text: "new" },
    );
  });
  return all;
}

function line({ id, name, what, from, to }: Row, { store }: ViewContext): HTMLElement {
  const way = [from, to].filter((text) => text !== "").join(" → ");
  const parts = [
    element("span", { class: "imgclust-change-what", text: WORDS[what] ?? what }),
    element("span", { class: "imgclust-change-name", text: name, title: name }),
    element("span", { class: "imgclust-change-way", text: way, title: way }),
  ];
  if (id === null) return element("li", { children: [element("div", { children: parts })] });
  const select = element("button", { attributes: { type: "button" }, children: parts });
  select.addEventListener("click", (event) => {
    const row = store.dataset.peek().rowOfId[id] ?? -1;
    if (row >= 0) store.select([row], modeOf(event), { kind: "click", text: name });
  });
  return element("li", { children: [select] });
}
