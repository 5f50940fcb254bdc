/** Asked before a label takes the place of others: keeping them comes first, as Enter must never lose what was done. */
import { element } from "../dom";
import { formatCount, plural } from "../format";
import { type LabelCounts, listLabels } from "../labels";

export interface Conflict {
  value: string;
  column: string;
  /** Selected images by label. */
  selected: LabelCounts;
}

/** Whether images have another label. */
export const isConflict = ({ value, selected }: Conflict): boolean =>
  selected.labels.some(({ label }) => label !== value);

/** `answer` is told whether the others keep their labels; null when nothing is to be done. */
export function conflictQuestion(
  { value, column, selected }: Conflict,
  answer: (keep: boolean | null) => void,
): HTMLElement {
  const others = selected.labels.filter(({ label }) => label !== value);
  const count = others.reduce((sum, each) => sum + each.count, 0);
  const whole = selected.labels.reduce((sum, each) => sum + each.count, selected.none);
  const choice = (text: string, keep: boolean | null): HTMLElement => {
    const made = element("button", {
      class: "imgclust-button imgclust-text-button",
      text,
      attributes: { type: "button" },
    });
    made.addEventListener("click", () => answer(keep));
    return made;
  };
  const isAll = count === whole;
  const which = isAll
    ? whole === 1
      ? "It"
      : `All ${formatCount(whole)}`
    : `${formatCount(count)} of ${formatCount(whole)}`;
  const what = isAll && others.length === 1 ? others[0]!.label : listLabels(others);
  const text = `${which} ${count === 1 ? "has" : "have"} another ${column}: ${what}.`;
  const keep = choice(`only the ${plural(selected.none, "image")} without`, true);
  const replace = choice(`“${value}” on all ${formatCount(whole)}`, false);
  const cancel = choice("cancel", null);
  const choices = [...(selected.none > 0 ? [keep] : []), replace, cancel];
  (selected.none > 0 ? keep : cancel).autofocus = true;
  if (whole === 1) replace.textContent = `“${value}” instead`;
  const words = element("p", {
    text,
    attributes: { id: `imgclust-conflict-${Math.random().toString(36).slice(2)}` },
  });
  const question = element("div", {
    class: "imgclust-label-conflict",
    attributes: { role: "alertdialog", "aria-label": "Other labels", "aria-describedby": words.id },
    children: [words, element("div", { class: "imgclust-label-choices", children: choices })],
  });
  question.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    const at = choices.indexOf(document.activeElement as HTMLElement);
    if (event.key === "Escape") answer(null);
    else if (by !== undefined) choices[(at + by + choices.length) % choices.length]?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return question;
}
