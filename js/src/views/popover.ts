/** A small window at a button; a click elsewhere or Escape closes it, and what had the focus has it again. */
import { element } from "../dom";

const GAP = 4;

export interface Popover {
  element: HTMLElement;
  open(): void;
  close(): void;
}

/** `fill` is called at each opening, with what ends as it closes. */
export function createPopover(
  opener: HTMLElement,
  name: string,
  fill: (body: HTMLElement, signal: AbortSignal) => void,
  signal: AbortSignal,
): Popover {
  const box = element("div", {
    class: "imgclust-popover",
    attributes: { popover: "auto", role: "dialog", "aria-label": name },
  });
  opener.setAttribute("aria-haspopup", "dialog");
  opener.setAttribute("aria-expanded", "false");
  let life: AbortController | null = null;
  let before: HTMLElement | null = null;

  function place(): void {
    const at = opener.getBoundingClientRect();
    const { width, height } = box.getBoundingClientRect();
    const below = at.bottom + GAP;
    const isRoomBelow = below + height <= innerHeight;
    const top = isRoomBelow ? below : Math.max(GAP, Math.min(at.top, innerHeight) - GAP - height);
    box.style.left = `${Math.max(GAP, Math.min(at.left, innerWidth - width - GAP))}px`;
    box.style.top = `${top}px`;
  }

  box.addEventListener("toggle", (event) => {
    const isOpen = (event as ToggleEvent).newState === "open";
    opener.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) return;
    life?.abort();
    life = null;
    box.replaceChildren();
  });
  // Else Escape would clear the selection too.
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close();
  });
  signal.addEventListener("abort", () => {
    life?.abort();
    box.remove();
  });

  function close(): void {
    if (life === null) return;
    box.hidePopover();
    (before?.isConnected ? before : opener).focus();
  }

  return {
    element: box,
    close,
    open() {
      if (life !== null) return close();
      life = new AbortController();
      const { activeElement } = document;
      // A key opens it from anywhere in the widget; a click need not focus the button (Safari).
      before = activeElement instanceof HTMLElement && activeElement !== document.body ? activeElement : null;
      fill(box, life.signal);
      box.showPopover();
      place();
      // Else its keys, Escape above all, would go to the view below.
      box.querySelector<HTMLElement>("select, input:enabled, button:enabled")?.focus();
    },
  };
}
