/** The filters, one chip each, above the views that they narrow. */
import { X } from "lucide";
import { button, element, watch } from "../dom";
import { describeFilter, type Filter, rowsOfItems } from "../filters";
import type { ViewContext } from "./context";
import { icon } from "./icons";

/** `edit` opens where the filter of a column is changed. */
export function mountChips(
  el: HTMLElement,
  { store, signal }: ViewContext,
  edit?: (column: string) => void,
): void {
  el.setAttribute("role", "group");
  el.setAttribute("aria-label", "Filters");

  function chip(filter: Filter): HTMLElement {
    const { name, text } = describeFilter(filter, store.dataset.value);
    const words = [
      element("span", { class: "imgclust-muted", text: name }),
      element("span", { class: "imgclust-chip-text", text }),
    ];
    const remove = button(`Remove the filter ${name}: ${text}`, icon(X, 12), () =>
      store.setFilters(store.filters.peek().filter((each) => each !== filter)),
    );
    return element("div", {
      class: "imgclust-chip",
      children: [body(filter, words, `${name}: ${text}`), remove],
    });
  }

  function body(filter: Filter, words: HTMLElement[], title: string): HTMLElement {
    if (filter.kind !== "items" && !edit)
      return element("span", { class: "imgclust-chip-body", title, children: words });
    const act = element("button", {
      class: "imgclust-chip-body",
      title: filter.kind === "items" ? `Select these images (${title})` : `Change this filter (${title})`,
      attributes: { type: "button" },
      children: words,
    });
    act.addEventListener("click", () => {
      if (filter.kind !== "items") edit?.(filter.column);
      else
        store.select(rowsOfItems(filter, store.dataset.peek()), "replace", {
          kind: "query",
          text: filter.text,
        });
    });
    return act;
  }

  const clear = button("Clear all filters", "clear all", () => store.setFilters([]), "imgclust-text-button");
  watch(signal, () => {
    const filters = store.filters.value;
    el.hidden = filters.length === 0;
    el.replaceChildren(...filters.map(chip), clear);
  });
}
