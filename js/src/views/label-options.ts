/** What can be chosen below (here: above) the field for a label. No state of its own but which option is active. */
import { element } from "../dom";

export interface LabelOption {
  /** null takes the label away. */
  value: string | null;
  /** In paler letters beside it: how many have it, or what speaks for it. */
  fact: string;
}

export interface OptionList {
  element: HTMLElement;
  readonly active: LabelOption | null;
  show(options: readonly LabelOption[]): void;
  hide(): void;
  /** One option further down or up; past the ends there is none, so that what is typed can be had again. */
  move(by: 1 | -1): void;
}

/** `input` is the combobox that the list belongs to. */
export function createOptionList(
  input: HTMLInputElement,
  column: () => string,
  choose: (option: LabelOption) => void,
): OptionList {
  const id = `imgclust-labels-${Math.random().toString(36).slice(2)}`;
  const list = element("div", {
    class: "imgclust-label-options",
    attributes: { role: "listbox", id, "aria-label": "Labels", hidden: true },
  });
  input.setAttribute("aria-controls", id);
  input.setAttribute("aria-expanded", "false");
  let shown: readonly LabelOption[] = [];
  let made: HTMLElement[] = [];
  let at = -1;

  function activate(index: number): void {
    at = index;
    made.forEach((option, i) => {
      option.setAttribute("aria-selected", String(i === at));
    });
    const active = made[at];
    if (active) {
      input.setAttribute("aria-activedescendant", active.id);
      active.scrollIntoView?.({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  }

  return {
    element: list,
    get active() {
      return shown[at] ?? null;
    },
    show(options) {
      shown = options;
      made = options.map((option, i) => {
        const words = element("span", {
          class: "imgclust-label-option",
          text: option.value ?? `no ${column()}`,
        });
        const row = element("div", {
          attributes: { role: "option", id: `${id}-${i}` },
          children: [words, element("span", { class: "imgclust-muted", text: option.fact })],
        });
        if (option.value === null) row.classList.add("imgclust-label-none");
        // The field keeps the focus.
        row.addEventListener("mousedown", (event) => event.preventDefault());
        row.addEventListener("click", () => choose(option));
        return row;
      });
      list.replaceChildren(...made);
      list.hidden = options.length === 0;
      input.setAttribute("aria-expanded", String(options.length > 0));
      activate(-1);
    },
    hide() {
      shown = made = [];
      list.replaceChildren();
      list.hidden = true;
      input.setAttribute("aria-expanded", "false");
      activate(-1);
    },
    move(by) {
      const count = made.length + 1;
      activate(((at + 1 + by + count) % count) - 1);
    },
  };
}
