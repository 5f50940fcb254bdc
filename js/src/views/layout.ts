/** Where things are: toolbar, tree | gallery | map with splitters between them, status line, handle for the height. */
import { computed } from "@preact/signals-core";
import { element, watch } from "../dom";
import { DEFAULT_UI, HEIGHTS, type PaneName } from "../ui";
import type { ViewContext } from "./context";
import { heightHandle } from "./height-handle";
import { type Grab, mountSplitter } from "./splitter";

export interface Places {
  toolbar: HTMLElement;
  chips: HTMLElement;
  notices: HTMLElement;
  tree: HTMLElement;
  gallery: HTMLElement;
  map: HTMLElement;
  status: HTMLElement;
}

export const PANES: readonly { name: PaneName; label: string }[] = [
  { name: "tree", label: "Dendrogram" },
  { name: "gallery", label: "Gallery" },
  { name: "map", label: "Map" },
];
const SMALLEST_SHARE = 0.08;

export function createPane(name: PaneName): HTMLElement {
  const label = PANES.find((pane) => pane.name === name)?.label;
  return element("section", {
    class: `imgclust-pane imgclust-pane-${name}`,
    attributes: { role: "region", "aria-label": label, "data-testid": `imgclust-${name}` },
  });
}

export function mountLayout(frame: HTMLElement, ctx: ViewContext): Places {
  const { store, signal } = ctx;
  const [tree, gallery, map] = [createPane("tree"), createPane("gallery"), createPane("map")];
  const place = (name: "toolbar" | "status"): HTMLElement =>
    element("div", { class: `imgclust-${name}`, attributes: { "data-testid": `imgclust-${name}` } });
  const toolbar = place("toolbar");
  const chips = element("div", { class: "imgclust-chips" });
  const notices = element("div", { class: "imgclust-notices" });
  const status = place("status");

  /** The border between tree and gallery moves within what both have. */
  const grabFirst: Grab = () => {
    const [a, b, c] = store.ui.value.shares;
    return (way) => {
      const left = clamp(a + way * (a + b), SMALLEST_SHARE, a + b - SMALLEST_SHARE);
      store.setUi({ shares: [left, a + b - left, c] });
    };
  };

  /** Before the border of the map, tree and gallery keep their proportion unless one would become too narrow. */
  const grabSecond: Grab = () => {
    const [a, b, c] = store.ui.value.shares;
    const whole = a + b + c;
    return (way) => {
      const both = clamp(a + b + way * whole, 2 * SMALLEST_SHARE, whole - SMALLEST_SHARE);
      const left = clamp((a * both) / (a + b), SMALLEST_SHARE, both - SMALLEST_SHARE);
      store.setUi({ shares: [left, both - left, whole - both] });
    };
  };

  const reset = (): void => store.setUi({ shares: DEFAULT_UI.shares });
  const pair = element("div", { class: "imgclust-pair" });
  const panes = element("div", { class: "imgclust-panes" });
  const first = mountSplitter("Border between dendrogram and gallery", pair, grabFirst, reset, signal);
  const second = mountSplitter("Border before the map", panes, grabSecond, reset, signal);
  pair.append(tree, first.element, gallery);
  panes.append(pair, second.element, map);
  const height = {
    name: "the explorer",
    limits: HEIGHTS,
    value: computed(() => store.ui.value.height),
    set: (pixels: number) => store.setUi({ height: pixels }),
    reset: () => store.setUi({ height: DEFAULT_UI.height }),
  };
  frame.append(toolbar, chips, notices, panes, status, heightHandle(frame, height, signal));

  watch(signal, () => {
    const { shares, collapsed } = store.ui.value;
    // Percents, since growth factors that sum up to less than one would not fill the room.
    const [a, b, c] = shares.map((share) => 100 * share) as [number, number, number];
    const [hideTree, hideGallery, hideMap] = PANES.map(({ name }) => collapsed.includes(name));
    tree.hidden = hideTree === true;
    gallery.hidden = hideGallery === true;
    map.hidden = hideMap === true;
    pair.hidden = tree.hidden && gallery.hidden;
    first.element.hidden = tree.hidden || gallery.hidden;
    second.element.hidden = pair.hidden || map.hidden;
    tree.style.flexGrow = String(a);
    gallery.style.flexGrow = String(b);
    pair.style.flexGrow = String((tree.hidden ? 0 : a) + (gallery.hidden ? 0 : b));
    map.style.flexGrow = String(c);
    first.setValue(a / (a + b));
    second.setValue((a + b) / (a + b + c));
  });
  return { toolbar, chips, notices, tree, gallery, map, status };
}

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));
