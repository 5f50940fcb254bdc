/** The whole widget on one root element: toolbar, three panes, status line; or one of the panes alone. */
import { computed } from "@preact/signals-core";
import { element, watch } from "../dom";
import type { Session } from "../session";
import { watchTheme } from "../theme";
import { HEIGHT_ALONE, HEIGHTS_ALONE, type PaneName } from "../ui";
import { mountChips } from "./chips";
import type { ViewContext } from "./context";
import { mountDendrogram } from "./dendrogram";
import { type DropArea, mountDrop } from "./drop";
import { createFilterMenu } from "./filter-menu";
import { fullScreenButton } from "./full-screen";
import { mountGallery } from "./gallery";
import { type Height, heightHandle } from "./height-handle";
import { listenToWidget } from "./keys";
import { createPane, mountLayout } from "./layout";
import { mountMap } from "./map";
import { moreButton } from "./more-menu";
import { mountNotices } from "./notices";
import { createPreview } from "./preview";
import { mountSelection, mountStatus } from "./status";
import { mountToolbar } from "./toolbar";
import { createTooltip } from "./tooltip";

const MOUNT = { tree: mountDendrogram, gallery: mountGallery, map: mountMap } as const;

export function mountExplorer(
  el: HTMLElement,
  session: Session,
  signal: AbortSignal,
  pane: PaneName | null = null,
): void {
  const root = element("div", {
    class: "imgclust",
    attributes: { "data-testid": "imgclust", "data-lm-suppress-shortcuts": "true" },
  });
  el.append(root);
  signal.addEventListener("abort", () => root.remove());

  const frame = element("div", { class: "imgclust-frame" });
  root.append(frame);
  const { store } = session;
  const theme = watchTheme(root, signal);
  const tooltip = createTooltip(root, session, signal);
  const shared = { ...session, theme, tooltip, signal };
  const ctx: ViewContext = { ...shared, openPreview: createPreview(frame, shared) };
  const drop = mountDrop(root, frame, ctx);
  if (pane) mountAlone(root, frame, ctx, pane, drop);
  else mountWhole(root, frame, ctx, drop);

  watch(signal, () => {
    store.background.value = theme.value.background;
  });
  watch(signal, () => {
    const { version, n, header } = store.published.value;
    Object.assign(root.dataset, {
      version,
      n,
      selected: store.selection.value.count,
      shown: store.visible.value?.count() ?? n,
      clusters: store.clusters.value?.k ?? 0,
      state: store.progress.value.state,
      kernel: session.rpc.kernel.value,
      offline: header.offline ?? false,
    });
  });
}

function mountWhole(root: HTMLElement, frame: HTMLElement, ctx: ViewContext, drop: DropArea): void {
  const places = mountLayout(frame, ctx);
  const menu = createFilterMenu(ctx, root);
  const fullScreen = fullScreenButton(root, ctx.signal);
  const search = mountToolbar(places.toolbar, ctx, menu.button, drop.choose, fullScreen, moreButton(ctx));
  mountChips(places.chips, ctx, menu.open);
  for (const name of ["tree", "gallery", "map"] as const) MOUNT[name](places[name], ctx);
  mountNotices(places.notices, ctx);
  const keys = mountStatus(places.status, ctx, frame, root);
  places.status.append(drop.progress);
  listenToWidget(root, ctx, { ...keys, "/": () => search.focus(), f: () => fullScreen.click() });
}

function mountAlone(
  root: HTMLElement,
  frame: HTMLElement,
  ctx: ViewContext,
  name: PaneName,
  drop: DropArea,
): void {
  const chips = element("div", { class: "imgclust-chips" });
  const pane = createPane(name);
  const status = element("div", { class: "imgclust-status" });
  frame.classList.add("imgclust-alone");
  frame.append(chips, pane, status, heightHandle(frame, heightAlone(ctx, name), ctx.signal));
  mountChips(chips, ctx);
  MOUNT[name](pane, ctx);
  const keys = mountSelection(status, ctx, root);
  status.append(drop.progress);
  listenToWidget(root, ctx, keys);
}

function heightAlone({ store }: ViewContext, name: PaneName): Height {
  const heights = () => store.ui.value.alone;
  return {
    name: "the view",
    limits: HEIGHTS_ALONE,
    value: computed(() => heights()[name] ?? HEIGHT_ALONE),
    set: (pixels) => store.setUi({ alone: { ...heights(), [name]: pixels } }),
    reset: () => {
      const { [name]: _, ...others } = heights();
      store.setUi({ alone: others });
    },
  };
}
