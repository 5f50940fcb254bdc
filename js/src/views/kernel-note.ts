/** Says that what is missing waits for the kernel, or that there is none to give it. */
import { element, watch } from "../dom";
import type { Rpc } from "../rpc";

const WORDS = {
  ready: ["", ""],
  busy: [
    "kernel busy",
    "The kernel has not answered for a few seconds: it is running a cell, for instance. What waits for it comes when it is free.",
  ],
  gone: [
    "not connected",
    "There is no kernel behind these views: they go on with what is here. Run the cell again for the rest.",
  ],
} as const;

export function kernelNote({ rpc }: { rpc: Rpc }, signal: AbortSignal): HTMLElement {
  const note = element("span", { class: "imgclust-badge imgclust-kernel", attributes: { role: "status" } });
  watch(signal, () => {
    const [text, title] = WORDS[rpc.kernel.value];
    note.textContent = text;
    note.title = title;
    note.hidden = text === "";
  });
  return note;
}
