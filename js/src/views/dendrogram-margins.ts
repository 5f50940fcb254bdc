/** Draws what stands beside the branches: marks of the selection, colours, pictures, cluster names, overview. */
import { clusterColor } from "../palette";
import type { Thumbnails } from "../thumbnails";
import { PICTURE_GAP } from "./dendrogram-columns";
import { placeLabels, SWATCH } from "./dendrogram-labels";
import { countIn, selectionMarks } from "./dendrogram-marks";
import { clusterAt, hasSelection, type Scene, shownIn } from "./dendrogram-scene";
import { clusterCounts } from "./dendrogram-words";
import { drawBroken } from "./tile";

type Context = CanvasRenderingContext2D;

/** Of a blank before a name. */
const NAME_GAP = 4;
/** Even one selected leaf among thousands must be seen. */
const LEAST_MARK = { length: 4, thickness: 2 };
const FADED = 0.3;
/** Along the foot of a picture, as long as the share selected of what it stands for. */
const SHARE_BAR = 3;

/** The longer the mark, the larger the share selected. */
export function drawMarks(context: Context, scene: Scene): void {
  const { columns, view, frame, selectedBefore, theme } = scene;
  context.fillStyle = theme.accent;
  for (const { y0, y1, share } of selectionMarks(selectedBefore, view, frame.height)) {
    const length = Math.max(LEAST_MARK.length, share * columns.marks.width);
    const gap = y1 - y0 > 4 ? 0.5 : 0;
    const thickness = Math.max(LEAST_MARK.thickness, y1 - y0 - 2 * gap);
    context.fillRect(columns.marks.x, (y0 + y1 - thickness) / 2, length, thickness);
  }
}

const ARROW_ROOM = 6;

/** Small arrows at the leaves that the pointer is on in another view. */
export function drawPointed(context: Context, { columns, view, tree, pointed, frame, theme }: Scene): void {
  context.fillStyle = theme.text;
  const x = columns.marks.x + columns.marks.width;
  context.beginPath();
  const taken = new Set<number>();
  for (const row of pointed) {
    const y = (tree.positionOfRow[row]! + 0.5 - view.first) * view.rowHeight;
    // What is out of view points the way from the edge.
    const at = Math.min(frame.height - 4, Math.max(4, y));
    const slot = Math.round(at / ARROW_ROOM);
    if (taken.has(slot)) continue;
    taken.add(slot);
    context.moveTo(x - 8, at - 4);
    context.lineTo(x - 1, at);
    context.lineTo(x - 8, at + 4);
  }
  context.fill();
}

/** One colour for each leaf, or for each pixel where leaves are smaller. */
export function drawBand(
  context: Context,
  { columns, view, frame, tree, coloring, clusters, shownBefore, theme }: Scene,
): void {
  const { x, width } = columns.band;
  const step = Math.max(1, 1 / view.rowHeight);
  const start = tree.startOf(view.branch);
  const end = start + tree.sizeOf(view.branch);
  const toY = (position: number) => (position - view.first) * view.rowHeight;
  let from = Math.max(start, Math.floor(view.first));
  while (from < end && toY(from) < frame.height) {
    const code = codeAt(from);
    let to = from + step;
    while (to < end && toY(to) < frame.height && codeAt(to) === code) to += step;
    context.fillStyle = coloring.css[code] ?? theme.line;
    context.fillRect(x, toY(from), width, toY(Math.min(end, to)) - toY(from));
    from = to;
  }
  context.fillStyle = theme.background;
  for (let cluster = clusterAt(clusters, Math.max(start, view.first)); cluster < clusters.k; cluster++) {
    const y = toY(clusters.start[cluster]!);
    if (y >= frame.height) break;
    if (y > 0 && clusters.size[cluster]! * view.rowHeight > 5) context.fillRect(x, y - 0.5, width, 1);
  }

  /** The colour of the leaf in the middle of a step; none where all of it is filtered out. */
  function codeAt(position: number): number {
    const last = Math.min(tree.n, Math.ceil(position + step));
    if (shownIn(shownBefore, Math.floor(position), last) === 0) return -1;
    return coloring.codes[tree.leafOrder[Math.min(tree.n - 1, Math.floor(position + step / 2))]!]!;
  }
}

/** Each as tall as what it stands for, so that the eye needs no line from one to the other. */
export function drawPictures(context: Context, scene: Scene, thumbnails: Thumbnails): void {
  const { columns, drawing, tree, selectedBefore, theme } = scene;
  const { x, size: most } = columns.pictures;
  context.imageSmoothingQuality = "high";
  for (const { node, y0, y1 } of drawing.pictures) {
    const start = tree.startOf(node);
    const end = start + tree.sizeOf(node);
    if (shownIn(scene.shownBefore, start, end) === 0) continue;
    const size = Math.min(most, y1 - y0 - PICTURE_GAP);
    const row = scene.representative(node);
    const bitmap = thumbnails.get(row, most * devicePixelRatio);
    const scale = bitmap ? size / Math.max(bitmap.width, bitmap.height) : 1;
    const [w, h] = bitmap ? [bitmap.width * scale, bitmap.height * scale] : [size, size];
    const top = (y0 + y1 - h) / 2;
    const selected = countIn(selectedBefore, start, end);
    context.globalAlpha = hasSelection(scene) && selected === 0 ? FADED : 1;
    if (bitmap) context.drawImage(bitmap, x, top, w, h);
    else {
      context.fillStyle = theme.line;
      context.fillRect(x, top, w, h);
      if (thumbnails.problem(row) !== "") drawBroken(context, x, top, size, theme.muted);
    }
    const share = selected / shownIn(scene.shownBefore, start, end);
    if (share === 1) {
      context.strokeStyle = theme.accent;
      context.lineWidth = 2;
      context.strokeRect(x, top, w, h);
    } else if (share > 0) {
      context.fillStyle = theme.background;
      context.fillRect(x, top + h - SHARE_BAR, w, SHARE_BAR);
      context.fillStyle = theme.accent;
      context.fillRect(x, top + h - SHARE_BAR + 1, Math.max(SHARE_BAR, share * w), SHARE_BAR - 1);
    }
  }
  context.globalAlpha = 1;
}

/** "3 big cat · 41": number, name and size of each cluster, as near to the middle of its visible part as the others allow. */
export function drawLabels(context: Context, scene: Scene): void {
  const { columns, clusters, coloring, theme } = scene;
  if (!columns.labels) return;
  const { x, width } = columns.labels;
  context.textAlign = "left";
  context.textBaseline = "middle";
  for (const { cluster, y } of placeLabels(scene)) {
    const start = clusters.start[cluster]!;
    const shown = shownIn(scene.shownBefore, start, start + clusters.size[cluster]!);
    if (shown === 0) continue;
    if (coloring.column === "cluster") {
      context.fillStyle = clusterColor(clusters.color[cluster]!);
      context.beginPath();
      context.roundRect(x, y - SWATCH / 2 - 0.5, SWATCH, SWATCH, 2);
      context.fill();
    }
    let at = x + SWATCH + 5;
    const write = (text: string, color: string, weight: number): void => {
      context.fillStyle = color;
      context.font = `${weight} 11px ${theme.fontFamily}`;
      context.fillText(text, at, y);
      at += context.measureText(text).width;
    };
    write(String(cluster + 1), theme.text, 600);
    const name = clusters.names[cluster];
    const counts = clusterCounts(shown, clusters.size[cluster]!);
    if (name) {
      context.font = `400 11px ${theme.fontFamily}`;
      const room = x + width - at - NAME_GAP - context.measureText(counts.at(-1)!).width;
      write(` ${fitted(context, name, room)}`, theme.text, 400);
    }
    const count = counts.find((text) => at + context.measureText(text).width <= x + width);
    if (count !== undefined) write(count, theme.muted, 400);
  }
}

/** As much of a text as there is room for, without the beginnings of a bracket. */
function fitted(context: Context, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let length = text.length - 1;
  while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > width) length--;
  return `${text.slice(0, length).replace(/[\s,]*(\(.{0,2})?$/u, "")}…`;
}

/** Where in the branch the view is, and where the selection is, like a scroll bar; nothing while all is in view. */
export function drawOverview(context: Context, scene: Scene): void {
  const { columns, view, frame, theme, selectedBefore, tree } = scene;
  const size = tree.sizeOf(view.branch);
  if (size * view.rowHeight <= frame.height + 1) return;
  const { x, width } = columns.overview;
  const start = tree.startOf(view.branch);
  const scale = frame.height / size;
  rounded(context, x, 0, width, frame.height, theme.line);
  const length = Math.max(14, (frame.height / view.rowHeight) * scale);
  const top = Math.min(frame.height - length, (view.first - start) * scale);
  rounded(context, x, top, width, length, theme.muted);
  context.fillStyle = theme.accent;
  const whole = { ...view, first: start, rowHeight: scale };
  for (const { y0, y1 } of selectionMarks(selectedBefore, whole, frame.height)) {
    context.fillRect(x + width / 2 - 1, y0, 2, Math.max(1, y1 - y0));
  }
}

function rounded(context: Context, x: number, y: number, width: number, height: number, color: string): void {
  context.fillStyle = color;
  context.beginPath();
  context.roundRect(x, y, width, height, width / 2);
  context.fill();
}
