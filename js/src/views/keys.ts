/** Keys and clicks of the whole widget, before they could reach the notebook. */
import type { ViewContext } from "./context";
import { listenForUndo } from "./undo";

/** Single keys that work wherever nothing is typed. */
export type Shortcuts = Readonly<Record<string, () => void>>;

const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLInputElement ||
  target instanceof HTMLTextAreaElement ||
  target instanceof HTMLSelectElement;

export function listenToWidget(root: HTMLElement, ctx: ViewContext, shortcuts: Shortcuts): void {
  countSteps(root, ctx);
  listenForUndo(root, ctx);
  root.addEventListener(
    "keydown",
    (event) => {
      const shortcut = shortcuts[event.key];
      const isTaken = event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey;
      if (!shortcut || isTaken || isField(event.target)) return;
      event.preventDefault();
      shortcut();
    },
    { signal: ctx.signal },
  );
  keepEvents(root, ctx.signal);
}

/** All that a press, a drag or a held key changes is one step for undo. */
function countSteps(root: HTMLElement, { store, signal }: ViewContext): void {
  const capture = { capture: true, signal };
  root.addEventListener("pointerdown", () => store.beginStep(), capture);
  root.addEventListener("keydown", ({ repeat }) => repeat || store.beginStep(), capture);
  // Assistive technology clicks without either.
  root.addEventListener("click", ({ detail }) => detail > 0 || store.beginStep(), capture);
}

/**
 * What happens in the widget stays there: JupyterLab takes Shift+drag for a selection of cells, and single
 * letters for commands. Chords with Ctrl or Cmd that no view has used still reach the notebook (save).
 */
export function keepEvents(root: HTMLElement, signal: AbortSignal): void {
  root.addEventListener("mousedown", (event) => event.stopPropagation(), { signal });
  root.addEventListener(
    "keydown",
    (event) => {
      if (event.defaultPrevented || !(event.ctrlKey || event.metaKey)) event.stopPropagation();
    },
    { signal },
  );
}
