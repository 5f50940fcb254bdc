/** The files that could not be read, and why. */
import { ChevronRight } from "lucide";
import { element, watch } from "../dom";
import { plural } from "../format";
import type { Rpc } from "../rpc";
import type { ViewContext } from "./context";
import { openDialog } from "./dialog";
import { icon } from "./icons";

export const unreadableWords = (count: number): string => `${plural(count, "file")} could not be read`;

/** "3 files could not be read ▸" */
export function unreadableButton({ store, rpc, signal }: ViewContext, frame: HTMLElement): HTMLElement {
  const open = element("button", {
    class: "imgclust-button imgclust-text-button",
    attributes: { type: "button", "aria-haspopup": "dialog" },
  });
  const words = (): string => unreadableWords(store.published.value.header.errors);
  open.addEventListener("click", () => {
    const closed = new AbortController();
    const dialog = openDialog(frame, words(), "sheet", signal, () => closed.abort());
    dialog.body.append(unreadableList(rpc, closed.signal));
  });
  watch(signal, () => {
    open.hidden = store.published.value.header.errors === 0;
    open.replaceChildren(words(), icon(ChevronRight, 12));
  });
  return open;
}

/** Filled when the kernel has answered. */
export function unreadableList(rpc: Rpc, signal: AbortSignal): HTMLElement {
  const list = element("dl", { class: "imgclust-list", text: "Asking the kernel …" });
  rpc.request("errors", {}, signal).then(
    ({ body }) => {
      const rows = body.rows as { path: string; reason: string }[];
      list.replaceChildren(
        ...rows.flatMap(({ path, reason }) => [
          element("dt", { text: path }),
          element("dd", { text: reason }),
        ]),
      );
    },
    (error: Error) => {
      if (!signal.aborted) list.textContent = error.message;
    },
  );
  return list;
}
