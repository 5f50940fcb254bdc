/** Images that are dropped onto the widget, pasted, or chosen: they are sent to the kernel, which adds them. */
import { signal as makeSignal } from "@preact/signals-core";
import { ImagePlus, X } from "lucide";
import { button, element, watch } from "../dom";
import { formatBytes, formatCount, plural } from "../format";
import { type Named, type Pace, type Refusal, tooMuch, upload } from "../upload";
import type { ViewContext } from "./context";
import { filesOf } from "./dropped-files";
import { icon } from "./icons";

export interface DropArea {
  /** Says how far files have come, and what was left out. */
  progress: HTMLElement;
  /** Opens the system's dialog to choose files. */
  choose: HTMLButtonElement;
}

type State = { kind: "idle" } | { kind: "sending"; pace: Pace | null } | { kind: "told"; text: string };

export function mountDrop(root: HTMLElement, frame: HTMLElement, ctx: ViewContext): DropArea {
  const { rpc, store, signal } = ctx;
  const state = makeSignal<State>({ kind: "idle" });
  const isOver = makeSignal(false);
  /** One drop after the other. */
  let queue = Promise.resolve();
  let cancel = new AbortController();

  const canSend = (): boolean => rpc.kernel.value !== "gone" && store.published.value.header.offline !== true;

  async function send(files: readonly Named[]): Promise<void> {
    const refusal = files.length === 0 ? "There are no files in this." : tooMuch(files);
    if (refusal !== null) {
      state.value = { kind: "told", text: refusal };
      return;
    }
    cancel = new AbortController();
    state.value = { kind: "sending", pace: null };
    const either = AbortSignal.any([signal, cancel.signal]);
    ctx.news.expect();
    try {
      const { sent, refused } = await upload(rpc, files, either, (pace) => {
        state.value = { kind: "sending", pace };
      });
      const text = leftOut(files.length, sent, refused);
      state.value = text === "" ? { kind: "idle" } : { kind: "told", text };
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      state.value = either.aborted ? { kind: "idle" } : { kind: "told", text };
    }
  }

  function take(files: Promise<Named[]>): void {
    queue = queue
      .then(async () => send(await files))
      .catch((error: unknown) => {
        // A folder that the browser may not read, for instance.
        state.value = { kind: "told", text: `These files cannot be read: ${error}` };
      });
  }

  const listen = <K extends keyof HTMLElementEventMap>(
    type: K,
    handler: (event: HTMLElementEventMap[K]) => void,
  ): void => root.addEventListener(type, handler, { signal });
  const hasFiles = ({ dataTransfer }: DragEvent): boolean =>
    dataTransfer?.types.includes("Files") === true && canSend();

  listen("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    event.dataTransfer!.dropEffect = "copy";
    isOver.value = true;
  });
  listen("dragleave", (event) => {
    if (!(event.relatedTarget instanceof Node && root.contains(event.relatedTarget))) isOver.value = false;
  });
  listen("drop", (event) => {
    isOver.value = false;
    if (!hasFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    take(filesOf(event.dataTransfer!));
  });
  listen("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0 || !canSend()) return;
    event.preventDefault();
    event.stopPropagation();
    take(Promise.resolve(files.map((file) => ({ name: file.name, file }))));
  });

  const overlay = element("div", {
    class: "imgclust-drop",
    attributes: { "aria-hidden": "true" },
    children: [
      element("div", {
        children: [
          icon(ImagePlus, 22),
          element("strong", { text: "Drop to add" }),
          element("span", { text: "Images and folders. All others stay where they are." }),
        ],
      }),
    ],
  });
  frame.append(overlay);
  watch(signal, () => overlay.classList.toggle("imgclust-over", isOver.value));

  const progress = element("div", { class: "imgclust-upload", attributes: { role: "status" } });
  const stop = button("Add none of these", icon(X), () => cancel.abort());
  const dismiss = button("Dismiss", icon(X), () => {
    state.value = { kind: "idle" };
  });
  const words = element("span");
  const fill = element("div");
  const bar = element("div", {
    class: "imgclust-bar",
    attributes: { "aria-hidden": "true" },
    children: [fill],
  });
  progress.append(words, bar, stop, dismiss);
  watch(signal, () => {
    const now = state.value;
    progress.hidden = now.kind === "idle";
    bar.hidden = stop.hidden = now.kind !== "sending";
    dismiss.hidden = now.kind !== "told";
    progress.classList.toggle("imgclust-error", now.kind === "told");
    words.textContent = now.kind === "idle" ? "" : now.kind === "told" ? now.text : paceWords(now.pace);
    words.title = now.kind === "told" ? now.text : "";
    if (now.kind === "sending") fill.style.width = `${now.pace ? share(now.pace) : 0}%`;
  });

  return { progress, choose: chooser(ctx, canSend, take) };
}

function chooser(
  { signal }: ViewContext,
  canSend: () => boolean,
  take: (files: Promise<Named[]>) => void,
): HTMLButtonElement {
  const input = element("input", {
    attributes: { type: "file", multiple: true, accept: "image/*", tabindex: -1, "aria-hidden": "true" },
  });
  input.hidden = true;
  input.addEventListener("change", () => {
    take(Promise.resolve([...(input.files ?? [])].map((file) => ({ name: file.name, file }))));
    // So that the same file can be chosen again.
    input.value = "";
  });
  const choose = button("Add images …", icon(ImagePlus), () => input.click());
  choose.append(input);
  watch(signal, () => {
    choose.hidden = !canSend();
  });
  return choose;
}

const share = ({ bytes, allBytes }: Pace): number => (allBytes > 0 ? (100 * bytes) / allBytes : 100);

function paceWords(pace: Pace | null): string {
  if (pace === null) return "reading";
  const { files, allFiles, bytes, allBytes } = pace;
  const which = allFiles === 1 ? "sending" : `sending ${formatCount(files + 1)} of ${formatCount(allFiles)}`;
  return `${which} · ${formatBytes(bytes)} of ${formatBytes(allBytes)}`;
}

/** Of what was dropped, why some was not sent; empty when there is nothing to say. */
export function leftOut(all: number, sent: number, refused: readonly Refusal[]): string {
  const [first] = refused;
  if (refused.length === 1 && first) return `${first.name} was left out: ${first.reason}.`;
  if (first)
    return `${plural(refused.length, "file")} were left out, such as ${first.name}: ${first.reason}.`;
  return sent === 0 ? `None of the ${plural(all, "file")} is an image.` : "";
}
