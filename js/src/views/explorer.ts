/** The whole widget: toolbar, three panes, status line, on one root element. */
import { element, watch } from "../dom";
import type { Session } from "../session";
import { watchTheme } from "../theme";
import type { ViewContext } from "./context";
import { mountDendrogram } from "./dendrogram";
import { mountGallery } from "./gallery";
import { mountLayout } from "./layout";
import { mountMap } from "./map";
import { mountNotices } from "./notices";
import { createPreview } from "./preview";
import { mountStatus } from "./status";
import { mountToolbar } from "./toolbar";
import { createTooltip } from "./tooltip";

export function mountExplorer(el: HTMLElement, session: Session, signal: AbortSignal): void {
  const root = element("div", {
    class: "imgclust",
    attributes: { "data-testid": "imgclust", "data-lm-suppress-shortcuts": "true" },
  });
  el.append(root);
  signal.addEventListener("abort", () => root.remove());
  keepEvents(root, signal);

  const frame = element("div", { class: "imgclust-frame" });
  root.append(frame);
  const { store } = session;
  const theme = watchTheme(root, signal);
  const tooltip = createTooltip(root, session, signal);
  const shared = { ...session, theme, tooltip, signal };
  const ctx: ViewContext = { ...shared, openPreview: createPreview(frame, shared) };

  const places = mountLayout(frame, ctx);
  mountToolbar(places.toolbar, ctx);
  mountDendrogram(places.tree, ctx);
  mountGallery(places.gallery, ctx);
  mountMap(places.map, ctx);
  mountNotices(places.notices, ctx);
  mountStatus(places.status, ctx, frame);

  watch(signal, () => {
    const { version, n } = store.dataset.value;
    Object.assign(root.dataset, {
      version,
      n,
      selected: store.selection.value.count,
      clusters: store.clusters.value?.k ?? 0,
      state: store.progress.value.state,
    });
  });
}

/**
 * What happens in the widget stays there: JupyterLab takes Shift+drag for a selection of cells, and single
 * letters for commands. Chords with Ctrl or Cmd that no view has used still reach the notebook (save).
 */
function keepEvents(root: HTMLElement, signal: AbortSignal): void {
  root.addEventListener("mousedown", (event) => event.stopPropagation(), { signal });
  root.addEventListener(
    "keydown",
    (event) => {
      if (event.defaultPrevented || !(event.ctrlKey || event.metaKey)) event.stopPropagation();
    },
    { signal },
  );
}
