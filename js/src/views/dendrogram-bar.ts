/** The line above the tree: what the distances are, the way back from a branch, and zoom. */
import { Maximize, ZoomIn, ZoomOut } from "lucide";
import { button, element, watch } from "../dom";
import type { ViewContext } from "./context";
import type { TreeCamera } from "./dendrogram-camera";
import { distanceName } from "./dendrogram-words";
import { icon } from "./icons";

const ZOOM_STEP = 1.6;

export function mountBar(
  el: HTMLElement,
  { store, signal }: ViewContext,
  camera: TreeCamera,
  middle: () => number,
): void {
  const place = element("nav", { class: "imgclust-tree-trail", attributes: { "aria-label": "Branches" } });
  const zoomOut = button("Zoom out (-)", icon(ZoomOut), () => camera.zoom(1 / ZOOM_STEP, middle()));
  const zoomIn = button("Zoom in along the images (+)", icon(ZoomIn), () => camera.zoom(ZOOM_STEP, middle()));
  const fit = button("Show all (0)", icon(Maximize), () => camera.fit());
  const buttons = element("div", { class: "imgclust-tree-zoom", children: [zoomOut, zoomIn, fit] });
  el.append(place, buttons);

  watch(signal, () => {
    const { tree, header, n } = store.dataset.value;
    const trail = camera.trail.value;
    buttons.hidden = camera.view.value === null;
    if (!tree || trail.length === 0) {
      const title = tree ? distanceName(header) : "";
      place.replaceChildren(element("span", { class: "imgclust-tree-title", text: title, title }));
      return;
    }
    const sizes = [n, ...trail.map((branch) => tree.sizeOf(branch))];
    place.replaceChildren(
      ...sizes.map((size, depth) => {
        const text = depth === 0 ? `All ${n.toLocaleString("en")}` : size.toLocaleString("en");
        if (depth === trail.length)
          return element("span", { text, attributes: { "aria-current": "location" } });
        return button(
          depth === 0
            ? "Back to the whole tree"
            : `Back to the branch of ${size.toLocaleString("en")} images`,
          text,
          () => camera.leave(depth),
        );
      }),
    );
  });
}
