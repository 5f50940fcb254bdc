/** How the gallery shows its pictures; remembered with the rest of the look. */
import { BY_TREE, readSort, type Sort } from "../sorting";
import type { Store } from "../store";

export interface GalleryOptions {
  mode: "pictures" | "table";
  sort: Sort;
}

export const readOptions = ({ mode, sort }: Readonly<Record<string, unknown>>): GalleryOptions => ({
  mode: mode === "table" ? "table" : "pictures",
  sort: sort === undefined ? BY_TREE : readSort(sort),
});

export function setOptions(store: Store, patch: Partial<GalleryOptions>): void {
  store.setUi({ gallery: { ...store.ui.peek().gallery, ...patch } });
}
