import type { ViewContext } from "./context";

export function mountToolbar(el: HTMLElement, { store, signal }: ViewContext): void {
  void [el, store, signal];
}
