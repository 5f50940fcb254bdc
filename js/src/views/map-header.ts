/** Above the map: what it shows, lasso, dots or pictures, zoom. */
import { Grip, Image, Lasso, Maximize, Sparkles, ZoomIn, ZoomOut } from "lucide";
import { button, element, watch } from "../dom";
import type { ViewContext } from "./context";
import { icon } from "./icons";
import type { MapModel } from "./map-model";
import { paneTitle } from "./pane-title";

const ZOOM_STEP = 1.6;
const LAYOUTS: Readonly<Record<string, string>> = { umap: "UMAP", pca: "principal components" };
const MARKS = [
  { name: "Dots", marks: "dots", node: Grip },
  { name: "Pictures where there is room", marks: "auto", node: Sparkles },
  { name: "Pictures", marks: "pictures", node: Image },
] as const;

export function mapHeader({ store, signal }: ViewContext, model: MapModel): HTMLElement {
  const { camera, extent, isLassoing, marks } = model;
  const title = element("div", { class: "imgclust-pane-title" });
  const zoom = (factor: number) => camera.zoom(factor, extent.peek().width / 2, extent.peek().height / 2);
  const lasso = button("Lasso (or Shift and drag)", icon(Lasso), () => {
    isLassoing.value = !isLassoing.peek();
  });
  const choices = MARKS.map(({ name, marks: choice, node }) => ({
    choice,
    button: button(name, icon(node), () => store.setUi({ map: { ...store.ui.peek().map, marks: choice } })),
  }));
  const controls = element("div", {
    class: "imgclust-map-controls",
    children: [
      lasso,
      element("div", {
        class: "imgclust-map-marks",
        attributes: { role: "group", "aria-label": "Marks" },
        children: choices.map((each) => each.button),
      }),
      button("Zoom out (-)", icon(ZoomOut), () => zoom(1 / ZOOM_STEP)),
      button("Zoom in (+)", icon(ZoomIn), () => zoom(ZOOM_STEP)),
      button("Show all (0)", icon(Maximize), () => camera.fit()),
    ],
  });

  watch(signal, () => {
    const { coordinates, header } = store.dataset.value;
    const layout = header.layout ?? "";
    title.replaceChildren(...paneTitle("Map", coordinates ? (LAYOUTS[layout] ?? layout) : ""));
    controls.hidden = coordinates === null;
    lasso.setAttribute("aria-pressed", String(isLassoing.value));
    for (const each of choices) each.button.setAttribute("aria-pressed", String(each.choice === marks.value));
  });
  return element("div", { class: "imgclust-pane-header", children: [title, controls] });
}
