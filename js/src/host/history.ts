/** Undo and redo where there is no kernel to own the history (twin: imgclust_jupyter/workspace/history.py). */
import type { ViewTraits } from "../store";
import type { LocalModel } from "./model";

const REMEMBERED = ["selection", "selection_origin", "cut", "filters"] as const;
const LIMIT = 100;

type State = Pick<ViewTraits, (typeof REMEMBERED)[number]>;

interface Step {
  text: string;
  gesture: string;
  before: State;
  after: State;
}

export function keepHistory(model: LocalModel<ViewTraits>): void {
  const done: Step[] = [];
  const undone: Step[] = [];
  let travelled = 0;
  const now = (): State =>
    Object.fromEntries(REMEMBERED.map((name) => [name, model.get(name)])) as unknown as State;
  let seen = now();

  const tell = (state?: State): void =>
    model.receive({ ...state, past: { undo: done.at(-1)?.text ?? "", redo: undone.at(-1)?.text ?? "" } });

  // When the page has set all that it saves together, as a kernel would hear of it.
  const on = (event: "change:step" | "change:travel", act: () => void): void =>
    model.on(event, () => queueMicrotask(act));

  on("change:step", () => {
    const [before, after, gesture] = [seen, now(), model.get("step")];
    if (REMEMBERED.every((name) => before[name] === after[name])) return;
    const last = done.at(-1);
    if (last?.gesture === gesture && undone.length === 0) last.after = after;
    else done.push({ text: wordsFor(before, after), gesture, before, after });
    if (done.length > LIMIT) done.shift();
    undone.length = 0;
    seen = after;
    tell();
  });

  on("change:travel", () => {
    const { at } = model.get("travel");
    for (; travelled > at; travelled--) move(done, undone, "before");
    for (; travelled < at; travelled++) move(undone, done, "after");
  });

  function move(from: Step[], to: Step[], side: "before" | "after"): void {
    const step = from.pop();
    if (!step) return;
    to.push(step);
    seen = step[side];
    tell(seen);
  }
}

function wordsFor(before: State, after: State): string {
  if (before.cut !== after.cut) return `${after.cut.n_clusters} clusters`;
  if (before.filters !== after.filters) return "filter";
  return after.selection_origin.text || "selection";
}
