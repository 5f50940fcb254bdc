/** The two trees, their clusters and the ribbons between them: drawn anew for a drawing or a width, else only marked. */
import { element } from "../dom";
import { type Layout, layoutTanglegram, ribbonPath } from "./layout";
import type { Drawing, Shares, Side } from "./wire";
import { clusterWords, labelOf, ribbonWords, type Words } from "./words";

/** Elements and words by column (left clusters, ribbons, right clusters) and place. */
export interface Stage {
  elements: readonly [readonly HTMLElement[], readonly SVGElement[], readonly HTMLElement[]];
  words(column: 0 | 1 | 2, index: number): Words;
  mark(shares: Shares): void;
}

function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>>,
): SVGElementTagNameMap[K] {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

export function drawStage(el: HTMLElement, drawing: Drawing, width: number): Stage | null {
  const layout = layoutTanglegram(drawing, width);
  el.replaceChildren();
  el.style.height = `${layout?.height ?? 0}px`;
  if (!layout) return null;
  const sides = drawing.sides as readonly [Side, Side];
  const clusters = ([0, 1] as const).map((side) => clusterButtons(drawing, layout, side)) as [
    ClusterButton[],
    ClusterButton[],
  ];
  const ribbons = ribbonShapes(drawing, layout);
  // Without a role it would be one image, of which nothing inside is told.
  const picture = svg("svg", {
    width: String(width),
    height: String(layout.height),
    role: "group",
    "aria-label": "Images that two clusters share",
  });
  for (const d of layout.trees)
    picture.append(svg("path", { class: "imgclust-comparison-tree", d, "aria-hidden": "true" }));
  // What is thin can be reached beside what is thick.
  const order = ribbons.map((_, i) => i).sort((p, q) => drawing.ribbons[q]![2] - drawing.ribbons[p]![2]);
  for (const i of order) picture.append(ribbons[i]!.whole, ribbons[i]!.part);
  el.append(picture, ...clusters.flat().map(({ button }) => button));

  return {
    elements: [
      clusters[0].map(({ button }) => button),
      ribbons.map(({ whole }) => whole),
      clusters[1].map(({ button }) => button),
    ],
    words: (column, index) =>
      column === 1 ? ribbonWords(drawing, index) : clusterWords(drawing, column === 0 ? 0 : 1, index),
    mark(shares) {
      el.classList.toggle("imgclust-comparison-marked", shares.count > 0);
      ribbons.forEach(({ whole, fill }, i) => {
        const [, , count] = drawing.ribbons[i]!;
        const selected = shares.ribbons[i] ?? 0;
        whole.setAttribute("aria-pressed", String(selected === count));
        fill(selected);
      });
      clusters.forEach((buttons, side) => {
        buttons.forEach(({ button, part }, i) => {
          const selected = shares.sides[side]?.[i] ?? 0;
          const { size } = sides[side as 0 | 1].clusters[i]!;
          button.setAttribute("aria-pressed", String(selected === size));
          button.classList.toggle("imgclust-comparison-touched", selected > 0);
          part.style.height = `${(100 * selected) / size}%`;
        });
      });
    },
  };
}

interface ClusterButton {
  button: HTMLElement;
  /** Of its bar, what is selected. */
  part: HTMLElement;
}

function clusterButtons(drawing: Drawing, layout: Layout, side: 0 | 1): ClusterButton[] {
  return drawing.sides[side]!.clusters.map((cluster, i) => {
    const { y0, y1 } = layout.boxes[side][i]!;
    const { title, lines } = clusterWords(drawing, side, i);
    const part = element("span", { class: "imgclust-comparison-part" });
    const button = element("button", {
      class: `imgclust-comparison-cluster imgclust-comparison-${side === 0 ? "left" : "right"}`,
      attributes: { type: "button", tabindex: -1, "aria-label": [title, ...lines].join(". ") },
      children: [
        element("span", { class: "imgclust-comparison-name", text: labelOf(cluster) }),
        element("span", { class: "imgclust-comparison-size", text: cluster.size.toLocaleString("en") }),
        element("span", { class: "imgclust-comparison-bar", children: [part] }),
      ],
    });
    if (cluster.color) button.style.setProperty("--imgclust-cluster", cluster.color);
    Object.assign(button.style, {
      [side === 0 ? "left" : "right"]: `${layout.tree + 2}px`,
      top: `${y0}px`,
      width: `${layout.label - 2}px`,
      height: `${y1 - y0}px`,
    });
    return { button, part };
  });
}

interface RibbonShape {
  whole: SVGPathElement;
  part: SVGPathElement;
  fill(selected: number): void;
}

function ribbonShapes(drawing: Drawing, { bands, tree, label, width, scale }: Layout): RibbonShape[] {
  const [x0, x1] = [tree + label, width - tree - label];
  return drawing.ribbons.map(([left, , , counterparts], i) => {
    const band = bands[i]!;
    const { title, lines } = ribbonWords(drawing, i);
    const color = drawing.sides[0]!.clusters[left]!.color;
    const whole = svg("path", {
      class: `imgclust-comparison-ribbon${counterparts ? " imgclust-comparison-counterparts" : ""}`,
      d: ribbonPath(band, band.thickness, x0, x1),
      fill: color,
      role: "button",
      tabindex: "-1",
      "aria-label": [title, ...lines].join(". "),
    });
    const part = svg("path", { class: "imgclust-comparison-selected", fill: color, "aria-hidden": "true" });
    const fill = (selected: number) =>
      part.setAttribute("d", selected ? ribbonPath(band, selected * scale, x0, x1) : "");
    return { whole, part, fill };
  });
}
