/** The field in which what is selected gets its label: Enter writes it, Escape leaves. */
import { CornerDownLeft } from "lucide";
import { button, element, watch } from "../dom";
import { formatShare, plural } from "../format";
import { asWritten, completions, listLabels } from "../labels";
import type { ViewContext } from "./context";
import { icon } from "./icons";
import { conflictQuestion, isConflict } from "./label-conflict";
import { createOptionList, type LabelOption } from "./label-options";

export interface LabelBox {
  element: HTMLElement;
  /** `text` stands there already, to be taken with Enter or to be written over. */
  focus(text?: string): void;
}

/** Labels are for people to read: the kernel takes no longer ones. */
const LONGEST = 200;
const MOST_OPTIONS = 50;

/** `onDone` has the focus after a label is written, and when the field is left; `isWritten` tells which. */
export function createLabelBox(
  { store, labelling, signal }: ViewContext,
  onDone: (isWritten: boolean) => void,
): LabelBox {
  const input = element("input", {
    class: "imgclust-label-input",
    attributes: {
      type: "text",
      role: "combobox",
      "aria-autocomplete": "both",
      "aria-keyshortcuts": "l",
      autocomplete: "off",
      spellcheck: "false",
      maxlength: LONGEST,
    },
  });
  const enter = button("Label what is selected (Enter)", icon(CornerDownLeft), () => void take());
  const list = createOptionList(
    input,
    () => labelling.column.peek(),
    (option) => void write(option.value),
  );
  let question: HTMLElement | null = null;
  const field = element("div", { class: "imgclust-label-field", children: [input, enter] });
  const whole = element("div", { class: "imgclust-label-box", children: [list.element, field] });

  function options(): LabelOption[] {
    const typed = input.value.slice(0, input.selectionStart ?? input.value.length);
    const isFresh = typed.trim() === "" || input.value === guessed;
    const counts = new Map(labelling.ofAll.peek().labels.map(({ label, count }) => [label, count]));
    const matching = completions(isFresh ? "" : typed, labelling.known.peek());
    const known = matching.slice(0, MOST_OPTIONS).map((value) => ({
      value,
      fact: plural(counts.get(value) ?? 0, "image"),
    }));
    const guess = labelling.guess();
    const isGuessNew =
      guess && !counts.has(guess.label) && completions(isFresh ? "" : typed, [guess.label])[0];
    const { labels } = labelling.ofSelected.peek();
    return [
      ...known,
      ...(isGuessNew
        ? [{ value: guess.label, fact: `as the network sees ${formatShare(guess.share ?? 0)}` }]
        : []),
      ...(isFresh && labels.length > 0 ? [{ value: null, fact: `takes away ${listLabels(labels)}` }] : []),
    ];
  }

  /** What stood in the field when it was opened. */
  let guessed = "";

  const open = (): void => {
    if (!input.disabled) list.show(options());
  };

  function clear(): void {
    input.value = guessed = "";
    list.hide();
    question?.remove();
    question = null;
  }

  function take(): Promise<void> {
    const chosen = list.active;
    const text = chosen ? chosen.value : input.value.trim();
    if (text === "") {
      input.focus();
      open();
      return Promise.resolve();
    }
    return write(text === null ? null : asWritten(text, labelling.known.peek()));
  }

  async function write(value: string | null): Promise<void> {
    const conflict = {
      value: value ?? "",
      column: labelling.column.peek(),
      selected: labelling.ofSelected.peek(),
    };
    if (value === null || !isConflict(conflict)) return send(value, false);
    list.hide();
    input.value = value;
    question?.remove();
    question = conflictQuestion(conflict, (keep) => {
      if (keep !== null) void send(value, keep);
      else {
        question?.remove();
        question = null;
        input.focus();
      }
    });
    whole.append(question);
    question.querySelector<HTMLElement>("[autofocus]")?.focus();
  }

  async function send(value: string | null, keep: boolean): Promise<void> {
    list.hide();
    whole.classList.add("imgclust-label-sending");
    const isWritten = await labelling.write(value, keep);
    whole.classList.remove("imgclust-label-sending");
    if (signal.aborted) return;
    if (!isWritten) return input.focus();
    clear();
    onDone(true);
  }

  /** The rest of the first label that begins so, marked, so that the next letter writes over it. */
  function complete(event: Event): void {
    const { inputType, isComposing } = event as InputEvent;
    const end = input.value.length;
    if (isComposing || !inputType?.startsWith("insert") || input.selectionStart !== end) return;
    const typed = input.value.toLocaleLowerCase();
    const found = completions(input.value, labelling.known.peek()).find((label) =>
      label.toLocaleLowerCase().startsWith(typed),
    );
    if (!found || typed.trim() === "") return;
    input.value = found;
    input.setSelectionRange(end, found.length);
  }

  input.addEventListener("input", (event) => {
    complete(event);
    open();
  });
  input.addEventListener("focus", open);
  input.addEventListener("click", open);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter") {
      if (!event.repeat) void take();
    } else if (event.key === "Escape") {
      clear();
      onDone(false);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (list.element.hidden) open();
      list.move(event.key === "ArrowDown" ? 1 : -1);
    } else return;
    event.preventDefault();
  });
  whole.addEventListener("focusout", (event) => {
    if (!whole.contains(event.relatedTarget as Node | null)) list.hide();
  });

  watch(signal, () => {
    const column = labelling.column.value;
    const { count } = store.selection.value;
    const { labels, none } = labelling.ofSelected.value;
    const now = labels.length === 0 ? "" : listLabels(labels);
    const isOne = labels.length === 1 && none === 0;
    input.disabled = enter.disabled = count === 0;
    input.placeholder =
      count === 0 ? "select images first" : isOne ? labels[0]!.label : now || "type a label";
    input.setAttribute("aria-label", `${column} of what is selected`);
    input.title =
      count === 0
        ? `Select images, then type a ${column} for them (L)`
        : `${now === "" ? "" : `Now: ${now}. `}Type a ${column} for ${plural(count, "selected image")} (L)`;
  });
  // The question was about other images.
  watch(signal, () => {
    store.selection.value;
    question?.remove();
    question = null;
  });

  return {
    element: whole,
    focus(text = "") {
      input.focus();
      input.value = guessed = text;
      input.select();
      open();
    },
  };
}
