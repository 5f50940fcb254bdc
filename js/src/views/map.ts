import type { ViewContext } from "./context";

export function mountMap(el: HTMLElement, { store, signal }: ViewContext): void {
  void [el, store, signal];
}
