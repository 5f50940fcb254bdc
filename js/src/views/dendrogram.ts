import type { ViewContext } from "./context";

export function mountDendrogram(el: HTMLElement, { store, signal }: ViewContext): void {
  void [el, store, signal];
}
