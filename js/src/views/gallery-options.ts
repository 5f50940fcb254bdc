/** How the gallery shows its pictures; remembered with the rest of the look. */
import { BY_TREE, readSort, type Sort } from "../sorting";
import type { Store } from "../store";

export interface GalleryOptions {
  mode: "pictures" | "table";
  sort: Sort;
  /** Names of the table's columns that are not shown. */
  hidden: readonly string[];
  /** CSS pixels of the columns that have been made wider or narrower. */
  widths: Readonly<Record<string, number>>;
}

export function readOptions({
  mode,
  sort,
  hidden,
  widths,
}: Readonly<Record<string, unknown>>): GalleryOptions {
  return {
    mode: mode === "table" ? "table" : "pictures",
    sort: sort === undefined ? BY_TREE : readSort(sort),
    hidden: Array.isArray(hidden) ? hidden.filter((name) => typeof name === "string") : [],
    widths: Object.fromEntries(
      Object.entries(widths ?? {}).filter(([, width]) => typeof width === "number" && Number.isFinite(width)),
    ),
  };
}

export function setOptions(store: Store, patch: Partial<GalleryOptions>): void {
  store.setUi({ gallery: { ...store.ui.peek().gallery, ...patch } });
}
