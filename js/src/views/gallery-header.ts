/** Above the pictures: how many are shown, whether all or the selection, and how large. */
import { element, watch } from "../dom";
import { formatCount, plural } from "../format";
import { TILE_SIZES } from "../ui";
import type { ViewContext } from "./context";

export interface Shown {
  count: number;
  /** Whether these are all images. */
  all: boolean;
}

/** `shown` is read inside an effect. */
export function galleryHeader(ctx: ViewContext, shown: () => Shown, showSelected: () => void): HTMLElement {
  const { store, signal } = ctx;
  const text = element("div", { class: "imgclust-pane-title", attributes: { "aria-live": "polite" } });
  const toggle = element("button", {
    class: "imgclust-button imgclust-text-button",
    attributes: { type: "button" },
  });
  toggle.addEventListener("click", () => {
    if (shown().all) showSelected();
    else store.setUi({ showAll: true });
  });
  const size = element("input", {
    class: "imgclust-slider",
    title: "Size of the pictures",
    attributes: {
      type: "range",
      min: TILE_SIZES.min,
      max: TILE_SIZES.max,
      step: 4,
      "aria-label": "Size of the pictures",
    },
  });
  size.addEventListener("input", () => store.setUi({ tileSize: Number(size.value) }));

  watch(signal, () => {
    const { count, all } = shown();
    const selected = store.selection.value.count;
    const { n: total, version } = store.dataset.value;
    if (version === 0) {
      text.replaceChildren(element("strong", { text: "Gallery" }));
      toggle.hidden = true;
      return;
    }
    text.replaceChildren(
      element("strong", {
        text: all ? plural(count, "image") : `${formatCount(count)} of ${plural(total, "image")}`,
      }),
      selected > 0 && (all || selected !== count) ? ` · ${formatCount(selected)} selected` : "",
    );
    toggle.hidden = all && selected === 0;
    toggle.textContent = all ? "show selected" : "show all";
  });
  watch(signal, () => {
    size.value = String(store.ui.value.tileSize);
  });
  return element("div", { class: "imgclust-pane-header", children: [text, toggle, size] });
}
