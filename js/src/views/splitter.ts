/** A border that can be dragged, or moved with the arrow keys; along the direction in which its parent lays out. */
import { element } from "../dom";

export interface Splitter {
  element: HTMLElement;
  /** Share of the room before the border, for those who cannot see it. */
  setValue(share: number): void;
}

const KEY_STEP = 0.03;

/** Takes hold of the border; the result gets its way since then, as a share of the parent's length. */
export type Grab = () => (way: number) => void;

export function mountSplitter(
  label: string,
  parent: HTMLElement,
  grab: Grab,
  reset: () => void,
  signal: AbortSignal,
): Splitter {
  const border = element("div", {
    class: "imgclust-splitter",
    title: "Drag to give one more room; a double click sets it back",
    attributes: {
      role: "separator",
      tabindex: 0,
      "aria-label": label,
      "aria-valuemin": 0,
      "aria-valuemax": 100,
      "aria-valuenow": 50,
      "aria-orientation": "vertical",
    },
  });
  const isRow = (): boolean => getComputedStyle(parent).flexDirection.startsWith("row");
  let held: { from: number; move: (way: number) => void } | null = null;

  border.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    border.focus();
    border.setPointerCapture(event.pointerId);
    held = { from: isRow() ? event.clientX : event.clientY, move: grab() };
  });
  border.addEventListener("pointermove", (event) => {
    if (held === null) return;
    const [now, length] = isRow()
      ? [event.clientX, parent.clientWidth]
      : [event.clientY, parent.clientHeight];
    held.move((now - held.from) / length);
  });
  border.addEventListener("lostpointercapture", () => {
    held = null;
  });
  border.addEventListener("dblclick", reset);
  border.addEventListener("keydown", (event) => {
    const step = isRow()
      ? { ArrowLeft: -KEY_STEP, ArrowRight: KEY_STEP }[event.key]
      : { ArrowUp: -KEY_STEP, ArrowDown: KEY_STEP }[event.key];
    if (step === undefined && event.key !== "Enter") return;
    event.preventDefault();
    if (step === undefined) reset();
    else grab()(step);
  });

  const observer = new ResizeObserver(() => {
    border.setAttribute("aria-orientation", isRow() ? "vertical" : "horizontal");
  });
  observer.observe(parent);
  signal.addEventListener("abort", () => observer.disconnect());

  return {
    element: border,
    setValue: (share) => border.setAttribute("aria-valuenow", String(Math.round(100 * share))),
  };
}
