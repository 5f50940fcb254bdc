/** The map: points in the colours of their clusters or of a column, pictures where there is room, a lasso. */
import { signal as state } from "@preact/signals-core";
import { element, watch } from "../dom";
import { plural } from "../format";
import type { ViewContext } from "./context";
import { listenToGestures } from "./gestures";
import { createMapActions } from "./map-actions";
import { mountOverlay } from "./map-canvas";
import { mapControls } from "./map-controls";
import { coloringOfShown, download, EXPORT_SCALE, paintMap } from "./map-export";
import { mapHeader } from "./map-header";
import { listenToKeys } from "./map-keys";
import { drawOutlineFrom } from "./map-lasso";
import { mountLayer } from "./map-layer";
import { mapLegend } from "./map-legend";
import { createMapModel } from "./map-model";
import { pendingText } from "./pending";

export function mountMap(el: HTMLElement, ctx: ViewContext): void {
  const { store, signal } = ctx;
  const canvas = element("canvas", { attributes: { "aria-hidden": "true" } });
  const model = createMapModel(ctx, canvas.getContext("2d"));
  const { camera, tool, points, moveMs, overlay } = model;
  const actions = createMapActions(ctx, model);
  const outline = state<readonly number[]>([]);

  const stage = element("div", {
    class: "imgclust-map-stage",
    attributes: { role: "application", tabindex: 0 },
    children: [canvas],
  });
  const area = element("div", {
    class: "imgclust-map-area",
    children: [stage, ...mapControls(ctx, model)],
  });
  const note = element("p", { class: "imgclust-map-note", attributes: { hidden: true } });
  const waiting = element("p", { class: "imgclust-pending" });
  const save = () => {
    const [now, dots] = [overlay.peek(), layer.picture(EXPORT_SCALE)];
    if (!now || !dots) return;
    const { title, columns } = store.dataset.peek();
    const coloring = coloringOfShown(now.coloring, columns.get(now.coloring.column), now.visible);
    download(paintMap({ ...now, coloring }, dots, ctx.thumbnails), `${title} map.png`);
  };
  el.append(mapHeader(ctx, model, save), area, mapLegend(ctx), note, waiting);
  const layer = mountLayer(stage, points, moveMs, note, signal);
  mountOverlay(stage, canvas, ctx, model, outline);
  listenToGestures(
    stage,
    {
      hover(at) {
        const isOnMark = at !== null && actions.hover(at.x, at.y, at.event);
        if (!at) actions.leave();
        stage.classList.toggle("imgclust-map-on-mark", isOnMark);
      },
      click: ({ x, y }, event) => actions.click(x, y, event),
      doubleClick: ({ x, y }) => actions.open(x, y),
      press(from, event) {
        const held = tool.peek();
        if (held === "pan" && !event.shiftKey) return { move: ({ dx, dy }) => camera.pan(dx, dy) };
        return drawOutlineFrom(from, held, (corners) => (outline.value = [...corners]), actions.lasso);
      },
      pan: (dx, dy) => camera.pan(dx, dy),
      zoom(factor, { x, y }) {
        actions.leave();
        return camera.zoom(factor, x, y);
      },
    },
    signal,
  );

  // After the pointer, which takes Escape to drop a lasso.
  listenToKeys(stage, ctx, model, actions);

  watch(signal, () => {
    const { n, coordinates } = store.published.value;
    area.hidden = coordinates === null;
    waiting.hidden = coordinates !== null;
    waiting.textContent = coordinates === null ? pendingText(store, "map") : "";
    stage.setAttribute(
      "aria-label",
      `Map of ${plural(n, "image")}. Plus and minus zoom, arrow keys move, 0 shows all, F the selection, Enter selects what is in view, O takes the lasso, R the rectangle, D draws lines of density, Escape clears the selection.`,
    );
  });
  watch(signal, () => {
    stage.classList.toggle("imgclust-map-lassoing", tool.value !== "pan");
  });
}
