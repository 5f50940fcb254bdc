import type { ViewContext } from "./context";

export function mountGallery(el: HTMLElement, { store, signal }: ViewContext): void {
  void [el, store, signal];
}
