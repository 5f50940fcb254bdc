/** The gallery while suggestions are looked through: a strip above the pictures, and keys on the one in focus. */
import { Check, CheckCheck, Undo2, X } from "lucide";
import type { Badge } from "../badges";
import { button, element, watch } from "../dom";
import { formatCount } from "../format";
import type { Review } from "../review";
import type { ViewContext } from "./context";
import type { GalleryGrid } from "./gallery-grid";
import type { Lines } from "./gallery-lines";
import type { Picker } from "./gallery-picker";
import { icon } from "./icons";

/** How like the label's members an image is, as a mark on it. */
export function scoreBadge(review: Review, row: number): Badge[] {
  const score = review.rows.peek() === null ? undefined : review.scoreOf(row);
  if (score === undefined) return [];
  const text = score.toFixed(2);
  return [{ kind: "label", title: `Likeness ${text}`, text }];
}

/** Returns the strip. */
export function mountReview(
  grid: GalleryGrid,
  picker: Picker,
  lines: () => Lines,
  { store, review, signal }: ViewContext,
): HTMLElement {
  const { scroller } = grid;
  /** Where the picture in focus is, or was. */
  let at = 0;

  function focus(position: number): void {
    const { rows } = lines();
    at = Math.max(0, Math.min(position, rows.length - 1));
    const row = rows[at];
    if (row === undefined) return;
    picker.moveCursor(row);
    grid.scrollTo(at);
    // The other views show where it is; the selection stays.
    store.hover.value = { rows: [row], node: null, source: "gallery" };
  }

  function decide(isYes: boolean, first = at): void {
    const rows = lines().rows.slice(first, at + 1);
    at = first;
    review.decide(Array.from(rows), isYes);
    scroller.focus();
  }

  const takeAllToHere = (): void => decide(true, 0);

  function undo(): void {
    const row = review.undo();
    if (row !== null) focus(lines().rows.indexOf(row));
    scroller.focus();
  }

  function stop(): void {
    store.hover.value = null;
    review.stop();
    scroller.focus();
  }

  const actions: Readonly<Record<string, () => void>> = {
    y: () => decide(true),
    Enter: () => decide(true),
    x: () => decide(false),
    Backspace: () => decide(false),
    Delete: () => decide(false),
    u: undo,
    Escape: stop,
  };
  const keyed = (
    name: string,
    words: string,
    key: string,
    node: Parameters<typeof icon>[0],
    run: () => void,
  ) => {
    const made = button(name, icon(node, 13), run, "imgclust-text-button");
    made.append(words, element("kbd", { text: key, attributes: { "aria-hidden": "true" } }));
    return made;
  };
  const words = element("span", { class: "imgclust-review-words", attributes: { role: "status" } });
  const yes = keyed("It is: label it (Y)", "yes", "Y", Check, () => decide(true));
  const all = keyed(
    "It is, and so are all before it: label them (Shift+Enter)",
    "",
    "⇧⏎",
    CheckCheck,
    takeAllToHere,
  );
  const no = keyed("It is not: never suggest it again (X)", "no", "X", X, () => decide(false));
  const back = keyed("Take the last answer back (U)", "", "U", Undo2, undo);
  const done = button("Leave the suggestions (Escape)", "done", stop, "imgclust-text-button");
  const strip = element("div", {
    class: "imgclust-review",
    attributes: { role: "group", "aria-label": "Suggestions" },
    children: [words, yes, all, no, back, done],
  });

  watch(signal, () => {
    const label = review.label.value;
    const left = review.rows.value?.length ?? 0;
    const counts = review.counts.value;
    strip.hidden = label === null;
    scroller.classList.toggle("imgclust-reviewing", label !== null);
    if (label === null) return;
    const said = `${formatCount(counts.yes)} yes, ${formatCount(counts.no)} no`;
    const question = left > 0 ? `? ${formatCount(left)} left` : `: ${review.problem.value || "…"}`;
    words.replaceChildren(
      element("span", { children: [element("strong", { text: `“${label}”` }), question] }),
      element("span", { text: ` · ${said}` }),
    );
    words.title = words.textContent;
    for (const each of [yes, all, no]) each.disabled = left === 0;
    back.disabled = counts.yes + counts.no === 0;
  });

  // Where a picture goes, the next takes its place and the focus.
  let isOn = false;
  watch(signal, () => {
    const rows = review.rows.value;
    const wasOn = isOn;
    isOn = rows !== null;
    if (rows === null) return;
    // Once the lines stand that show them.
    queueMicrotask(() => {
      if (signal.aborted || review.rows.peek() !== rows) return;
      focus(wasOn ? at : 0);
      const root = scroller.closest(".imgclust");
      if (!wasOn && root?.contains(document.activeElement)) scroller.focus();
    });
  });

  const listen = { signal, capture: true };
  scroller.addEventListener(
    "keydown",
    (event) => {
      if (!isOn || event.altKey) return;
      const chord = event.ctrlKey || event.metaKey;
      const actionOf = (key: string) => (event.shiftKey && key === "Enter" ? takeAllToHere : actions[key]);
      const action = chord ? (event.key === "z" ? undo : undefined) : actionOf(event.key);
      const to = chord ? null : lines().move(at, event.key, grid.linesPerPage);
      if (action) action();
      else if (to !== null && lines().rows.length > 0) focus(to);
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
    listen,
  );
  // A click means which picture, not a selection, and draws no band.
  scroller.addEventListener("pointerdown", (event) => isOn && event.stopImmediatePropagation(), listen);
  scroller.addEventListener(
    "click",
    (event) => {
      if (!isOn) return;
      event.stopImmediatePropagation();
      const tile = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-row]") : null;
      if (tile) focus(lines().rows.indexOf(Number(tile.dataset.row)));
      scroller.focus();
    },
    listen,
  );
  return strip;
}
