/** Above the map: what it shows, what a drag does, dots or pictures, lines of density, and a picture to keep. */
import { Download, Grip, Hand, Image, Lasso, Sparkles, SquareDashed, Target } from "lucide";
import { button, element, watch } from "../dom";
import type { ViewContext } from "./context";
import { icon } from "./icons";
import type { MapModel } from "./map-model";
import { paneTitle } from "./pane-title";

const LAYOUTS: Readonly<Record<string, string>> = {
  umap: "UMAP",
  tsne: "t-SNE",
  pca: "principal components",
};
const TOOLS = [
  { name: "Move the map", value: "pan", node: Hand },
  { name: "Lasso (O, or Shift and drag)", value: "lasso", node: Lasso },
  { name: "Rectangle (R)", value: "rectangle", node: SquareDashed },
] as const;
const MARKS = [
  { name: "Dots", value: "dots", node: Grip },
  { name: "Pictures where there is room", value: "auto", node: Sparkles },
  { name: "Pictures", value: "pictures", node: Image },
] as const;

export function mapHeader({ store, signal }: ViewContext, model: MapModel, save: () => void): HTMLElement {
  const { tool, marks, hasContours } = model;
  const title = element("div", { class: "imgclust-pane-title" });
  const remember = (patch: Readonly<Record<string, unknown>>) =>
    store.setUi({ map: { ...store.ui.peek().map, ...patch } });
  const tools = TOOLS.map(({ name, value, node }) => ({
    isOn: () => tool.value === value,
    button: button(name, icon(node), () => {
      tool.value = value;
    }),
  }));
  const kinds = MARKS.map(({ name, value, node }) => ({
    isOn: () => marks.value === value,
    button: button(name, icon(node), () => remember({ marks: value })),
  }));
  const lines = {
    isOn: () => hasContours.value,
    button: button("Lines of equal density (D)", icon(Target), () =>
      remember({ contours: !hasContours.peek() }),
    ),
  };
  const group = (name: string, of: readonly { button: HTMLElement }[]) =>
    element("div", {
      class: "imgclust-map-choices",
      attributes: { role: "group", "aria-label": name },
      children: of.map((each) => each.button),
    });
  const controls = element("div", {
    class: "imgclust-map-controls",
    children: [
      group("What a drag does", tools),
      group("Marks", kinds),
      lines.button,
      button("Save the map as a picture (PNG)", icon(Download), save),
    ],
  });

  watch(signal, () => {
    const { coordinates, header } = store.published.value;
    const layout = header.layout ?? "";
    title.replaceChildren(...paneTitle("Map", coordinates ? (LAYOUTS[layout] ?? layout) : ""));
    controls.hidden = coordinates === null;
    for (const each of [...tools, ...kinds, lines])
      each.button.setAttribute("aria-pressed", String(each.isOn()));
  });
  return element("div", { class: "imgclust-pane-header", children: [title, controls] });
}
