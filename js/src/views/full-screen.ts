/** The widget as large as the screen; Escape leads back, as everywhere. */
import { Maximize2, Minimize2 } from "lucide";
import { button } from "../dom";
import { icon } from "./icons";

/** Hidden where the page may not do so, as in some embedded frames. */
export function fullScreenButton(root: HTMLElement, signal: AbortSignal): HTMLElement {
  const isFull = (): boolean => document.fullscreenElement === root;
  const toggle = button("Full screen", "", () => {
    if (isFull()) void document.exitFullscreen();
    else root.requestFullscreen().catch(() => toggle.remove());
  });
  function update(): void {
    const full = isFull();
    toggle.title = full ? "Leave the full screen (Escape)" : "Full screen (F)";
    toggle.setAttribute("aria-label", full ? "Leave the full screen" : "Full screen");
    toggle.replaceChildren(icon(full ? Minimize2 : Maximize2));
  }
  toggle.hidden = !document.fullscreenEnabled;
  document.addEventListener("fullscreenchange", update, { signal });
  signal.addEventListener("abort", () => {
    if (isFull()) void document.exitFullscreen();
  });
  update();
  return toggle;
}
