/** A menu beside the pointer or an element, in the top layer; arrow keys walk through it, Escape and a click elsewhere close it. */
import { element } from "../dom";

export interface MenuItem {
  label: string;
  run(): void;
}

const STEPS: Readonly<Record<string, (index: number, count: number) => number>> = {
  ArrowDown: (index, count) => (index + 1) % count,
  ArrowUp: (index, count) => (index + count - 1) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
};

export interface MenuPlace {
  top: number;
  left?: number;
  /** In place of `left`: where it ends. */
  right?: number;
}

/** At client coordinates; `parent` gives it its colours, and `opener` gets the focus back. */
export function openMenu(
  parent: HTMLElement,
  { top, left, right }: MenuPlace,
  name: string,
  items: readonly MenuItem[],
  signal: AbortSignal,
  opener = parent,
): void {
  const buttons = items.map(({ label, run }) => {
    const made = element("button", {
      text: label,
      attributes: { type: "button", role: "menuitem", tabindex: -1 },
    });
    made.addEventListener("click", () => {
      close();
      run();
    });
    return made;
  });
  const menu = element("div", {
    class: "imgclust-menu",
    attributes: { popover: "auto", role: "menu", "aria-label": name },
    children: buttons,
  });
  const close = (): void => {
    signal.removeEventListener("abort", close);
    if (!menu.isConnected) return;
    menu.remove();
    opener.focus();
  };
  menu.addEventListener("toggle", (event) => {
    if ((event as ToggleEvent).newState === "closed") close();
  });
  menu.addEventListener("keydown", (event) => {
    event.stopPropagation();
    const step = STEPS[event.key];
    if (step)
      buttons[step(buttons.indexOf(document.activeElement as HTMLButtonElement), buttons.length)]?.focus();
    else if (event.key === "Tab" || event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  signal.addEventListener("abort", close);
  parent.append(menu);
  menu.showPopover();
  const { width, height } = menu.getBoundingClientRect();
  const x = left ?? (right ?? innerWidth) - width;
  menu.style.left = `${Math.max(4, Math.min(x, innerWidth - width - 4))}px`;
  menu.style.top = `${Math.max(4, Math.min(top, innerHeight - height - 4))}px`;
  buttons[0]?.focus();
}
