import type { ViewContext } from "./context";

export function mountStatus(el: HTMLElement, { store, signal }: ViewContext): void {
  void [el, store, signal];
}
