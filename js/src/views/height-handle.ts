/** The lower edge of a frame, which makes it taller or shorter: with the mouse, or with arrow keys. */
import type { ReadonlySignal } from "@preact/signals-core";
import { element, watch } from "../dom";

export interface Height {
  /** What it is the height of, in words. */
  name: string;
  limits: Readonly<{ min: number; max: number }>;
  /** CSS pixels. */
  value: ReadonlySignal<number>;
  set(height: number): void;
  reset(): void;
}

const KEY_STEP = 24;

export function heightHandle(frame: HTMLElement, height: Height, signal: AbortSignal): HTMLElement {
  const { name, limits, value } = height;
  const handle = element("div", {
    class: "imgclust-height",
    title: "Drag to change the height; a double click sets it back",
    attributes: {
      role: "separator",
      tabindex: 0,
      "aria-orientation": "horizontal",
      "aria-label": `Height of ${name}`,
      "aria-valuemin": limits.min,
      "aria-valuemax": limits.max,
    },
  });
  const set = (wanted: number): void =>
    height.set(Math.round(Math.max(limits.min, Math.min(limits.max, wanted))));
  let held: { from: number; height: number; scale: number } | null = null;

  handle.addEventListener("pointerdown", (event) => {
    handle.setPointerCapture(event.pointerId);
    // Where views lie below one another, the frame is taller than its height says.
    const scale = frame.clientHeight / value.peek() || 1;
    held = { from: event.clientY, height: value.peek(), scale };
  });
  handle.addEventListener("pointermove", (event) => {
    if (held !== null) set(held.height + (event.clientY - held.from) / held.scale);
  });
  handle.addEventListener("lostpointercapture", () => {
    held = null;
  });
  handle.addEventListener("dblclick", () => height.reset());
  handle.addEventListener("keydown", (event) => {
    const step = { ArrowUp: -KEY_STEP, ArrowDown: KEY_STEP }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    set(value.peek() + step);
  });
  watch(signal, () => {
    handle.setAttribute("aria-valuenow", String(value.value));
    frame.style.setProperty("--imgclust-height", `${value.value}px`);
  });
  return handle;
}
