/** On the map: nearer and farther at the edge, and while there is a lasso in hand, what it does to the selection. */
import {
  Focus,
  Maximize,
  Square,
  SquaresIntersect,
  SquaresSubtract,
  SquaresUnite,
  ZoomIn,
  ZoomOut,
} from "lucide";
import { button, element, watch } from "../dom";
import type { ViewContext } from "./context";
import { icon } from "./icons";
import type { MapModel } from "./map-model";

const ZOOM_STEP = 1.6;
const MODES = [
  { name: "Select what the outline holds", value: "replace", node: Square },
  { name: "Add it to the selection (Ctrl or Shift)", value: "add", node: SquaresUnite },
  { name: "Take it from the selection (Alt)", value: "remove", node: SquaresSubtract },
  { name: "Keep what is in both (Ctrl and Alt)", value: "intersect", node: SquaresIntersect },
] as const;

export function mapControls({ store, signal }: ViewContext, model: MapModel): HTMLElement[] {
  const { camera, extent, tool, lassoMode } = model;
  const zoom = (factor: number) => camera.zoom(factor, extent.peek().width / 2, extent.peek().height / 2);
  const modes = MODES.map(({ name, value, node }) => ({
    value,
    button: button(name, icon(node), () => {
      lassoMode.value = value;
    }),
  }));
  const lassoBar = element("div", {
    class: "imgclust-map-bar imgclust-map-modes",
    attributes: { role: "group", "aria-label": "What an outline does to the selection" },
    children: modes.map((each) => each.button),
  });
  const focus = button("Show the selection (F)", icon(Focus), () =>
    camera.fitRows(store.selection.peek().rows),
  );
  const zoomBar = element("div", {
    class: "imgclust-map-bar imgclust-map-zoom",
    attributes: { role: "group", "aria-label": "Zoom" },
    children: [
      button("Zoom in (+)", icon(ZoomIn), () => zoom(ZOOM_STEP)),
      button("Zoom out (-)", icon(ZoomOut), () => zoom(1 / ZOOM_STEP)),
      button("Show all (0)", icon(Maximize), () => camera.fit()),
      focus,
    ],
  });
  watch(signal, () => {
    lassoBar.hidden = tool.value === "pan";
    for (const each of modes)
      each.button.setAttribute("aria-pressed", String(each.value === lassoMode.value));
    focus.disabled = store.selection.value.count === 0;
  });
  return [lassoBar, zoomBar];
}
