/** The line above the tree: what the distances are, the way back from a branch, and zoom. */
import { Maximize, Radical, ZoomIn, ZoomOut } from "lucide";
import { button, element, watch } from "../dom";
import { formatCount, plural } from "../format";
import type { ViewContext } from "./context";
import type { TreeModel } from "./dendrogram-model";
import { distanceName } from "./dendrogram-words";
import { icon } from "./icons";
import { paneTitle } from "./pane-title";

const ZOOM_STEP = 1.6;

export function treeHeader(
  { store, signal }: ViewContext,
  { camera, room, isSquareRoot, toggleScale }: TreeModel,
): HTMLElement {
  const place = element("nav", { class: "imgclust-pane-title", attributes: { "aria-label": "Branches" } });
  const middle = () => room.peek() / 2;
  const root = button("Square roots of the distances (S)", icon(Radical), toggleScale);
  const buttons = element("div", {
    class: "imgclust-tree-controls",
    children: [
      root,
      button("Zoom out (-)", icon(ZoomOut), () => camera.zoom(1 / ZOOM_STEP, middle())),
      button("Zoom in along the images (+)", icon(ZoomIn), () => camera.zoom(ZOOM_STEP, middle())),
      button("Show all (0)", icon(Maximize), () => camera.fit()),
    ],
  });
  const header = element("div", { class: "imgclust-pane-header", children: [place, buttons] });

  watch(signal, () => root.setAttribute("aria-pressed", String(isSquareRoot.value)));
  watch(signal, () => {
    const { tree, header: about } = store.published.value;
    const trail = tree ? camera.trail.value : [];
    buttons.hidden = camera.view.value === null;
    if (!tree || trail.length === 0) {
      place.replaceChildren(...paneTitle("Dendrogram", tree ? distanceName(about) : "", about.method));
      return;
    }
    const sizes = [tree.n, ...trail.map((branch) => tree.sizeOf(branch))];
    place.replaceChildren(
      ...crumbDepths(sizes.length).map(({ depth, isGap }) => {
        const size = sizes[depth]!;
        if (depth === trail.length)
          return element("strong", {
            text: plural(size, "image"),
            attributes: { "aria-current": "location" },
          });
        const text = isGap ? "…" : depth === 0 ? `all ${formatCount(size)}` : formatCount(size);
        const name =
          depth === 0 ? "Back to the whole tree" : `Back to the branch of ${plural(size, "image")}`;
        return button(name, text, () => camera.leave(depth), "imgclust-tree-crumb");
      }),
    );
  });
  return header;
}

/** Of a long trail its beginning and its end are shown, and one step into what is left out between them. */
export function crumbDepths(count: number): { depth: number; isGap: boolean }[] {
  const all = Array.from({ length: count }, (_, depth) => ({ depth, isGap: false }));
  if (count <= 4) return all;
  return [all[0]!, { depth: count - 3, isGap: true }, ...all.slice(-2)];
}
