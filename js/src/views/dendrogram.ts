/** The dendrogram: root at the left, images at the right. Everything that moves under the pointer is computed here. */
import { signal as state, untracked } from "@preact/signals-core";
import { element, watch } from "../dom";
import { modeOf } from "../store";
import type { ViewContext } from "./context";
import { createTreeActions } from "./dendrogram-actions";
import { mountCanvas } from "./dendrogram-canvas";
import { AXIS_HEIGHT } from "./dendrogram-columns";
import { mountCut } from "./dendrogram-cut";
import { treeHeader } from "./dendrogram-header";
import { nodeAt } from "./dendrogram-hit";
import { mountKeys } from "./dendrogram-keys";
import { createTreeModel } from "./dendrogram-model";
import { listenToGestures, type Point } from "./gestures";
import { pendingText } from "./pending";

export function mountDendrogram(el: HTMLElement, ctx: ViewContext): void {
  const { store, signal } = ctx;
  const size = state({ width: 0, height: 0 });
  const model = createTreeModel(ctx, size);
  const { camera, scene } = model;
  const actions = createTreeActions(ctx, model);

  const stage = element("div", {
    class: "imgclust-tree-stage",
    attributes: { role: "tree", tabindex: 0, "aria-multiselectable": "true" },
  });
  const area = element("div", { class: "imgclust-tree-area", children: [stage] });
  const waiting = element("p", { class: "imgclust-pending" });
  el.append(treeHeader(ctx, model), area, waiting);
  const cut = mountCut(area, ctx);
  const keys = mountKeys(stage, ctx, model, actions);
  mountCanvas(stage, ctx, model, size, cut);

  /** The node at a point of the view; null where there is none. */
  function find({ x, y }: Point): number | null {
    const now = scene.peek();
    return now && nodeAt(now, x, y - AXIS_HEIGHT);
  }
  const isOnCut = ({ x, y }: Point) => cut.isOnLine(x) && y > AXIS_HEIGHT;

  listenToGestures(
    area,
    {
      hover(at) {
        const onCut = at !== null && isOnCut(at);
        const node = at && !onCut ? find(at) : null;
        area.style.cursor = onCut ? "ew-resize" : node === null ? "default" : "pointer";
        if (at && node !== null) actions.hover(node, at.event);
        else actions.leave();
      },
      click(at, event) {
        const node = find(at);
        const mode = modeOf(event);
        if (node === null) {
          if (mode === "replace") store.clearSelection();
          return;
        }
        keys.startFrom(node);
        if (event.altKey) actions.open(node);
        else actions.select(node, mode);
      },
      doubleClick(at) {
        const node = find(at);
        if (node !== null) actions.open(node);
      },
      press(at, event) {
        if (cut.grab(event, isOnCut(at))) return null;
        return { move: ({ dy }) => camera.pan(-dy) };
      },
      pan: (_, dy) => camera.pan(-dy),
      zoom(factor, { y }) {
        actions.leave();
        return camera.zoom(factor, y - AXIS_HEIGHT);
      },
      scroll: (pixels) => camera.pan(pixels),
    },
    signal,
  );

  watch(signal, () => {
    const [row] = ctx.news.rows.value;
    if (row !== undefined) untracked(() => model.reveal(row));
  });

  watch(signal, () => {
    const { tree } = store.published.value;
    area.hidden = tree === null;
    waiting.hidden = tree !== null;
    waiting.textContent = tree === null ? pendingText(store, "dendrogram") : "";
  });
}
