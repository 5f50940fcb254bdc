/** Undo and redo where there is no kernel to own the history (twin: imgclust_jupyter/workspace/history.py). */
import type { ViewTraits } from "../store";
import type { LocalModel } from "./model";

const REMEMBERED = ["selection", "selection_origin", "cut", "filters", "excluded"] as const;
const LIMIT = 100;

type State = Pick<ViewTraits, (typeof REMEMBERED)[number]>;

interface Step {
  text: string;
  undo(): void;
  redo(): void;
}

export interface History {
  /** Notes what has been done elsewhere than in the view's traits. */
  add(step: Step): void;
}

export function keepHistory(model: Pick<LocalModel<ViewTraits>, "get" | "on" | "receive">): History {
  const done: Step[] = [];
  const undone: Step[] = [];
  let travelled = 0;
  const now = (): State =>
    Object.fromEntries(REMEMBERED.map((name) => [name, model.get(name)])) as unknown as State;
  let seen = now();
  /** The last step, while the gesture that it came from may still go on. */
  let open: { gesture: string; after: State } | null = null;

  const tell = (state?: State): void =>
    model.receive({ ...state, past: { undo: done.at(-1)?.text ?? "", redo: undone.at(-1)?.text ?? "" } });

  // When the page has set all that it saves together, as a kernel would hear of it.
  const on = (event: "change:step" | "change:travel", act: () => void): void =>
    model.on(event, () => queueMicrotask(act));

  function add(step: Step): void {
    done.push(step);
    if (done.length > LIMIT) done.shift();
    undone.length = 0;
    open = null;
    tell();
  }

  on("change:step", () => {
    const [before, after, gesture] = [seen, now(), model.get("step")];
    if (REMEMBERED.every((name) => before[name] === after[name])) return;
    seen = after;
    if (open?.gesture === gesture) {
      open.after = after;
      return;
    }
    const opened = { gesture, after };
    const show = (state: State): void => {
      seen = state;
      tell(state);
    };
    add({ text: wordsFor(before, after), undo: () => show(before), redo: () => show(opened.after) });
    open = opened;
  });

  on("change:travel", () => {
    const { at } = model.get("travel");
    for (; travelled > at; travelled--) move(done, undone, "undo");
    for (; travelled < at; travelled++) move(undone, done, "redo");
  });

  function move(from: Step[], to: Step[], way: "undo" | "redo"): void {
    const step = from.pop();
    if (!step) return;
    to.push(step);
    open = null;
    step[way]();
    tell();
  }

  return { add };
}

function wordsFor(before: State, after: State): string {
  if (before.cut !== after.cut) return `${after.cut.n_clusters} clusters`;
  if (before.filters !== after.filters) return "filter";
  if (before.excluded !== after.excluded) return "working set";
  return after.selection_origin.text || "selection";
}
