/** What came of the label, and where to go from here: the next cluster (N), more images like the last label's (M). */
import { element, watch } from "../dom";
import { formatCount } from "../format";
import { describeGuess, type Next } from "../labelling";
import type { ViewContext } from "./context";

export interface LabelNext {
  element: HTMLElement;
  /** Selects the next cluster, and hands on what it might be. */
  go(): Promise<void>;
  /** Shows what is most like the images of the latest label. */
  more(): void;
  /** Whether there was something to focus. */
  focus(): boolean;
}

const describeNext = ({ count, text, guess }: Next): string =>
  `${formatCount(count)} of ${text}${guess ? ` — ${describeGuess(guess)}` : ""}`;

/** `label` opens the field with a guess. */
export function createLabelNext(
  { store, labelling, review, signal }: ViewContext,
  label: (guess: string) => void,
): LabelNext {
  const note = element("span", { class: "imgclust-label-note", attributes: { role: "status" } });
  const [next, nextWords] = keyed("n");
  const [like, likeWords] = keyed("m");

  async function go(): Promise<void> {
    const to = await labelling.goNext();
    if (to && !signal.aborted) label(to.guess?.label ?? "");
  }
  const more = (): void => {
    const latest = labelling.latest.peek();
    if (latest !== null && !store.published.peek().header.offline) void review.start(latest);
  };
  next.addEventListener("click", () => void go());
  like.addEventListener("click", more);

  watch(signal, () => {
    const { text, kind } = labelling.note.value;
    note.textContent = note.title = text;
    note.classList.toggle("imgclust-error", kind === "error");
    note.classList.toggle("imgclust-unseen", kind === "done");
  });
  watch(signal, () => {
    const to = labelling.next.value;
    const isBegun = labelling.current.value !== undefined;
    next.hidden = to === null || store.clusters.value === null || !(isBegun || to);
    nextWords.replaceChildren(element("strong", { text: "Next" }), to ? ` ${describeNext(to)}` : " cluster");
    next.title = to
      ? `Select and label ${describeNext(to)} (N)`
      : "Select the next cluster without labels (N)";
  });
  watch(signal, () => {
    const latest = labelling.latest.value;
    like.hidden = latest === null;
    likeWords.textContent = `More like “${latest}”`;
    like.title = `Look through the images most like those labelled “${latest}” (M)`;
  });

  return {
    element: element("div", {
      class: "imgclust-label-next imgclust-needs-kernel",
      children: [note, next, like],
    }),
    go,
    more,
    focus() {
      next.focus();
      return !next.hidden;
    },
  };
}

/** A button in words with its key, and the place of the words. */
function keyed(key: string): [HTMLElement, HTMLElement] {
  const words = element("span");
  const made = element("button", {
    class: "imgclust-button imgclust-text-button imgclust-keyed",
    attributes: { type: "button", "aria-keyshortcuts": key },
    children: [words, element("kbd", { text: key.toUpperCase(), attributes: { "aria-hidden": "true" } })],
  });
  return [made, words];
}
