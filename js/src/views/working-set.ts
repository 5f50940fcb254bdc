/** Images are taken out of the working set and put back; the files stay where they are. */
import { signal as makeSignal } from "@preact/signals-core";
import { ChevronRight, CircleMinus, Undo2 } from "lucide";
import { button, element, watch } from "../dom";
import { formatCount, plural } from "../format";
import type { ImageRecord } from "../records";
import type { ViewContext } from "./context";
import { openDialog } from "./dialog";
import { readIds } from "./gallery-order";
import { icon } from "./icons";
import type { Shortcuts } from "./keys";
import { unreadableList, unreadableWords } from "./unreadable";

const KEY = "Delete";
/** More pictures than anybody looks through; the kernel answers for at most 512. */
const SHOWN = 240;
const PICTURE = 128;
const NOTE_MS = 6000;

export interface TakingOut {
  button: HTMLElement;
  /** Why nothing was taken out. */
  note: HTMLElement;
  keys: Shortcuts;
}

export function takingOut({ store, signal }: ViewContext): TakingOut {
  const problem = makeSignal("");
  let timer: ReturnType<typeof setTimeout> | undefined;
  signal.addEventListener("abort", () => clearTimeout(timer));

  function takeOut(): void {
    const { count } = store.selection.peek();
    if (count === 0 || store.published.peek().header.offline) return;
    const isAll = count === store.published.peek().n;
    problem.value = isAll ? "at least one image must stay" : "";
    clearTimeout(timer);
    timer = setTimeout(() => {
      problem.value = "";
    }, NOTE_MS);
    if (!isAll) store.takeOut();
  }

  const out = button("Take out what is selected; its files stay (Delete)", icon(CircleMinus), takeOut);
  out.append("take out");
  out.classList.add("imgclust-text-button");
  out.setAttribute("aria-keyshortcuts", KEY);
  const note = element("span", { class: "imgclust-muted", attributes: { role: "status" } });
  watch(signal, () => {
    out.hidden = store.selection.value.count === 0 || store.published.value.header.offline === true;
  });
  watch(signal, () => {
    note.textContent = problem.value;
    note.hidden = problem.value === "";
  });
  return { button: out, note, keys: { [KEY]: takeOut } };
}

/** "12 taken out ▸" */
export function takenOutButton(ctx: ViewContext, frame: HTMLElement): HTMLElement {
  const { store, signal } = ctx;
  const open = element("button", {
    class: "imgclust-button imgclust-text-button",
    attributes: { type: "button", "aria-haspopup": "dialog" },
  });
  const words = (): string => `${formatCount(store.published.value.header.excluded)} taken out`;
  open.addEventListener("click", () => void showTakenOut(words(), ctx, frame));
  watch(signal, () => {
    const { excluded, offline } = store.published.value.header;
    open.hidden = excluded === 0 || offline === true;
    open.replaceChildren(words(), icon(ChevronRight, 12));
  });
  return open;
}

async function showTakenOut(name: string, ctx: ViewContext, frame: HTMLElement): Promise<void> {
  const { store, rpc, signal } = ctx;
  const closed = new AbortController();
  const dialog = openDialog(frame, name, "sheet", signal, () => closed.abort());
  const list = element("ul", { class: "imgclust-taken-out", text: "Asking the kernel …" });
  dialog.body.append(list);
  const { errors } = store.published.peek().header;
  if (errors > 0) {
    const heading = element("h3", { text: `${unreadableWords(errors)}, and so are out as well` });
    dialog.body.append(heading, unreadableList(rpc, closed.signal));
  }
  try {
    const { buffers } = await rpc.request("excluded", {}, closed.signal);
    const ids = Array.from(readIds(buffers[0]));
    const shown = ids.slice(0, SHOWN);
    const { body } = await rpc.request("rows", { ids: shown }, closed.signal);
    const records = body.rows as ImageRecord[];
    const left = new Set(ids);
    const entries = shown.map((id, i) => entry(records[i]!, () => putBack([id], entries[i])));
    const all = button("Put all back", icon(Undo2, 12), () => putBack(ids));
    all.append("put all back");
    all.classList.add("imgclust-text-button");

    function putBack(items: readonly number[], element?: HTMLElement): void {
      store.beginStep();
      store.putBack(items);
      for (const id of items) left.delete(id);
      const next = (element?.nextElementSibling ?? element?.previousElementSibling)?.querySelector("button");
      element?.remove();
      if (left.size === 0) dialog.close();
      else dialog.rename(`${formatCount(left.size)} taken out`);
      (next ?? all).focus();
    }

    const more = ids.length - shown.length;
    list.replaceChildren(
      ...entries,
      ...(more > 0
        ? [element("li", { text: `and ${plural(more, "more image")}: see explorer.excluded` })]
        : []),
    );
    dialog.body.prepend(element("div", { class: "imgclust-taken-out-all", children: [all] }));
    await paint(shown, entries, ctx, closed.signal);
  } catch (error) {
    if (!closed.signal.aborted) list.textContent = error instanceof Error ? error.message : String(error);
  }
}

function entry({ name, path }: ImageRecord, putBack: () => void): HTMLElement {
  const back = button(`Put ${name} back`, icon(Undo2, 12), putBack);
  back.append("put back");
  back.classList.add("imgclust-text-button");
  return element("li", {
    children: [
      element("canvas", { attributes: { "aria-hidden": "true", width: 1, height: 1 } }),
      element("span", { text: name, title: path }),
      back,
    ],
  });
}

async function paint(
  ids: readonly number[],
  entries: readonly HTMLElement[],
  { rpc }: ViewContext,
  signal: AbortSignal,
): Promise<void> {
  const { buffers } = await rpc.request("thumbnails", { ids, size: PICTURE }, signal);
  const [starts, tiles] = [readIds(buffers[0]), buffers[1]!];
  await Promise.all(
    ids.map(async (_, i) => {
      const [from, to] = [starts[i]!, starts[i + 1]!];
      if (to === from) return;
      const bytes = new Uint8Array(tiles.buffer as ArrayBuffer, tiles.byteOffset + from, to - from);
      const bitmap = await createImageBitmap(new Blob([bytes]));
      const canvas = entries[i]!.querySelector("canvas")!;
      [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
      canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
      bitmap.close();
    }),
  );
}
