/** Undo and redo of what was selected, cut and filtered: buttons, and keys inside the widget. */
import { Redo2, Undo2 } from "lucide";
import { button, element, watch } from "../dom";
import type { ViewContext } from "./context";
import { icon } from "./icons";

const IS_MAC = /Mac|iPad|iPhone/.test(globalThis.navigator?.platform ?? "");
const UNDO_KEY = IS_MAC ? "⌘Z" : "Ctrl+Z";
const REDO_KEY = IS_MAC ? "⇧⌘Z" : "Ctrl+Shift+Z";

export function undoButtons({ store, signal }: ViewContext): HTMLElement {
  const undo = button("Undo", icon(Undo2), store.undo);
  const redo = button("Redo", icon(Redo2), store.redo);
  watch(signal, () => {
    const past = store.past.value;
    for (const [each, word, text, key] of [
      [undo, "Undo", past.undo, UNDO_KEY],
      [redo, "Redo", past.redo, REDO_KEY],
    ] as const) {
      each.disabled = text === "";
      each.title = text === "" ? `Nothing to ${word.toLowerCase()}` : `${word}: ${text} (${key})`;
      each.setAttribute("aria-label", text === "" ? word : `${word}: ${text}`);
    }
  });
  return element("div", {
    class: "imgclust-pair-of-buttons",
    attributes: { role: "group", "aria-label": "History" },
    children: [undo, redo],
  });
}

/** Where text is typed, the keys undo the typing. */
const isText = (target: EventTarget | null): boolean =>
  target instanceof HTMLTextAreaElement ||
  (target instanceof HTMLInputElement && !["range", "checkbox", "radio", "button"].includes(target.type));

export function listenForUndo(root: HTMLElement, { store, signal }: ViewContext): void {
  root.addEventListener(
    "keydown",
    (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || isText(event.target)) return;
      const key = event.key.toLowerCase();
      if (key !== "z" && key !== "y") return;
      event.preventDefault();
      if (key === "y" || event.shiftKey) store.redo();
      else store.undo();
    },
    { signal },
  );
}
