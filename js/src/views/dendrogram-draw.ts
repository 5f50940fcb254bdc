/** Draws the branches on a canvas, whose origin is the upper left corner of the tree. */
import { clusterColor } from "../palette";
import type { Bar, Stem, Wedge } from "./dendrogram-layout";
import { countIn } from "./dendrogram-marks";
import { clusterOf, hasSelection, type Scene, shownIn } from "./dendrogram-scene";

const FADED = 0.28;
/** What is collapsed steps back behind the branches that are drawn one by one. */
const COLLAPSED = 0.6;
const BROAD_FROM = 5;
/** What is filtered out only shows that there is more. */
const HIDDEN = 0.12;

interface Style {
  color: string;
  alpha: number;
  width: number;
}

/** What is drawn in one style: lines as x, y, width, height, and wedges. */
interface Batch extends Style {
  lines: number[];
  wedges: Wedge[];
}

export function drawBranches(context: CanvasRenderingContext2D, scene: Scene): void {
  const batches = new Map<string, Batch>();
  const styleOf = styles(scene);
  const batch = (node: number, first: number, last: number): Batch => {
    const style = styleOf(node, first, last);
    const key = `${style.color} ${style.alpha} ${style.width}`;
    let made = batches.get(key);
    if (!made) {
      made = { ...style, lines: [], wedges: [] };
      batches.set(key, made);
    }
    return made;
  };
  const batchOf = ({ node }: Stem | Bar) => {
    const start = scene.tree.startOf(node);
    return batch(node, start, start + scene.tree.sizeOf(node));
  };
  const snap = (value: number) => Math.round(value * devicePixelRatio) / devicePixelRatio;
  const [top, bottom] = [-2, scene.frame.height + 2];

  for (const stem of scene.drawing.stems) {
    const { lines, width } = batchOf(stem);
    // The line goes on through the corner, which would else be open by half a line.
    lines.push(snap(stem.x0), snap(stem.y - width / 2), snap(stem.x1) - snap(stem.x0) + width / 2, width);
  }
  for (const bar of scene.drawing.bars) {
    const { lines, width } = batchOf(bar);
    const y0 = Math.max(top, bar.y0 - width / 2);
    lines.push(
      snap(bar.x - width / 2),
      snap(y0),
      width,
      snap(Math.min(bottom, bar.y1 + width / 2)) - snap(y0),
    );
  }
  for (const wedge of scene.drawing.wedges) {
    batch(wedge.node, wedge.first, wedge.last).wedges.push(wedge);
  }

  for (const { color, alpha, wedges } of batches.values()) {
    context.fillStyle = color;
    context.globalAlpha = alpha * COLLAPSED;
    fillWedges(context, wedges, scene);
  }
  for (const { color, alpha, lines } of batches.values()) {
    context.fillStyle = color;
    context.globalAlpha = alpha;
    for (let i = 0; i < lines.length; i += 4) {
      context.fillRect(lines[i]!, lines[i + 1]!, lines[i + 2]!, lines[i + 3]!);
    }
  }
  context.globalAlpha = 1;
}

/** In one path, so that shapes that share a pixel do not darken it. */
function fillWedges(context: CanvasRenderingContext2D, wedges: readonly Wedge[], { frame }: Scene): void {
  const snap = (value: number) => Math.round(value * devicePixelRatio) / devicePixelRatio;
  const within = (value: number) => Math.min(frame.height + 2, Math.max(-2, value));
  context.beginPath();
  for (const { x, y, y0, y1 } of wedges) {
    // Thinner than a pixel, a slope would only blur.
    if (y1 - y0 < 1) {
      context.rect(x, snap(y - 0.5), frame.width - x, 1);
      continue;
    }
    context.moveTo(x, within(y - 0.4));
    context.lineTo(frame.width, within(y0));
    context.lineTo(frame.width, within(y1));
    context.lineTo(x, within(y + 0.4));
  }
  context.fill();
}

/** Colour by cluster, neutral above the cut and where colours stand for something else; what holds nothing selected steps back, what is selected whole comes forward. */
function styles(scene: Scene): (node: number, first: number, last: number) => Style {
  const { tree, clusters, coloring, selectedBefore, shownBefore, theme, hovered, view } = scene;
  const anySelected = hasSelection(scene);
  const branchStart = tree.startOf(view.branch);
  const branchEnd = branchStart + tree.sizeOf(view.branch);
  // Where everything is selected, nothing needs to stand out.
  const someUnselected =
    countIn(selectedBefore, branchStart, branchEnd) < shownIn(shownBefore, branchStart, branchEnd);
  const base = view.rowHeight >= 6 ? 1.5 : 1;
  const hoverStart = hovered === null ? 0 : tree.startOf(hovered);
  const hoverEnd = hovered === null ? 0 : hoverStart + tree.sizeOf(hovered);
  return (node, first, last) => {
    const shown = shownIn(shownBefore, first, last);
    if (shown === 0) return { color: theme.muted, alpha: HIDDEN, width: base };
    const cluster = coloring.column === "cluster" ? clusterOf(tree, clusters, node) : null;
    const selected = countIn(selectedBefore, first, last);
    const isWhole = someUnselected && selected === shown;
    const isHovered = first >= hoverStart && last <= hoverEnd;
    // Where lines are close together, broader ones would only run into each other.
    const isBroad = (isWhole || isHovered) && (last - first) * view.rowHeight >= BROAD_FROM;
    return {
      color: cluster === null ? theme.muted : clusterColor(clusters.color[cluster]!),
      alpha: anySelected && selected === 0 && !isHovered ? FADED : 1,
      width: base + (isBroad ? 1 : 0),
    };
  };
}
