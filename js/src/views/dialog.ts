/** A dialog over the widget (not over the whole notebook): the rest rests meanwhile, Escape closes. */
import { X } from "lucide";
import { button, element } from "../dom";
import { icon } from "./icons";

export interface Dialog {
  body: HTMLElement;
  rename(name: string): void;
  close(): void;
}

/** As large as the widget, or a sheet in its corner. `onClose` runs once, by whatever means the dialog is closed. */
export function openDialog(
  frame: HTMLElement,
  name: string,
  shape: "full" | "sheet",
  signal: AbortSignal,
  onClose: () => void,
): Dialog {
  const before = document.activeElement;
  const resting = Array.from(frame.children).filter((child) => child instanceof HTMLElement && !child.inert);
  const body = element("div", { class: "imgclust-dialog-body" });
  const closeButton = button("Close", icon(X), () => close());
  const heading = element("h2", { text: name, title: name });
  const dialog = element("div", {
    class: `imgclust-dialog imgclust-${shape}`,
    attributes: { role: "dialog", "aria-modal": "true", "aria-label": name, tabindex: -1 },
    children: [element("header", { attributes: { role: "none" }, children: [heading, closeButton] }), body],
  });

  function close(): void {
    signal.removeEventListener("abort", close);
    if (!dialog.isConnected) return;
    dialog.remove();
    for (const child of resting) (child as HTMLElement).inert = false;
    if (before instanceof HTMLElement) before.focus();
    onClose();
  }

  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    close();
  });
  signal.addEventListener("abort", close);
  for (const child of resting) (child as HTMLElement).inert = true;
  frame.append(dialog);
  dialog.focus();

  function rename(text: string): void {
    heading.textContent = heading.title = text;
    dialog.setAttribute("aria-label", text);
  }

  return { body, rename, close };
}
