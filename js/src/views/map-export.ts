/** The map as it is seen, with its legend, as a picture to keep. */
import { formatCount } from "../format";
import type { Bitset, Coloring, Column } from "../store";
import type { Thumbnails } from "../thumbnails";
import { countShown } from "./map-groups";
import { endsOf, hasLegend, stopsOf } from "./map-legend";
import { drawContours, drawLabels, drawPictures } from "./map-overlay";
import type { Overlay } from "./map-scene";

/** Pixels for one of the screen's CSS pixels. */
export const EXPORT_SCALE = 2;
const PADDING = 16;
const LINE = 18;
const ENTRY_WIDTH = 150;
/** What a print can hold; the rest is counted. */
const MOST_ENTRIES = 48;

/** The same colours with a legend of what filters let through: on paper nobody sees how many there are besides. */
export function coloringOfShown(
  coloring: Coloring,
  column: Column | undefined,
  visible: Bitset | null,
): Coloring {
  const { legend } = coloring;
  if (!column || !visible) return coloring;
  if (legend.kind === "range") {
    let missing = 0;
    for (const row of visible) if (Number.isNaN(column.values[row])) missing++;
    return { ...coloring, legend: { ...legend, missing } };
  }
  if (legend.kind !== "entries") return coloring;
  const shownOf = countShown(column.values as Int32Array, visible)!;
  const entries = legend.entries
    .map((entry) => ({ ...entry, count: shownOf(column.categories.indexOf(entry.label)) }))
    .filter(({ count }) => count > 0);
  return { ...coloring, legend: { ...legend, entries } };
}

/** `points` is the layer of points at the scale of the picture. */
export function paintMap(
  overlay: Overlay,
  points: HTMLCanvasElement,
  thumbnails: Thumbnails,
): HTMLCanvasElement {
  const { extent, theme, coloring } = overlay;
  const { width, height } = extent;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * EXPORT_SCALE);
  canvas.height = Math.round((height + legendHeight(coloring, width)) * EXPORT_SCALE);
  const context = canvas.getContext("2d")!;
  context.fillStyle = theme.background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(points, 0, 0);
  context.scale(EXPORT_SCALE, EXPORT_SCALE);
  drawContours(context, overlay);
  drawPictures(context, overlay, thumbnails, EXPORT_SCALE);
  drawLabels(context, overlay, ({ isShown }) => (isShown ? 1 : 0));
  context.translate(PADDING, height + PADDING);
  drawLegend(context, overlay, width - 2 * PADDING);
  return canvas;
}

const columnsIn = (width: number): number => Math.max(1, Math.floor((width - 2 * PADDING) / ENTRY_WIDTH));

function legendHeight(coloring: Coloring, width: number): number {
  const { legend } = coloring;
  if (!hasLegend(coloring)) return 0;
  const entries = legend.kind === "entries" ? Math.min(MOST_ENTRIES + 1, legend.entries.length) : 1;
  return 2 * PADDING + LINE * (1 + Math.ceil(entries / columnsIn(width)));
}

function drawLegend(context: CanvasRenderingContext2D, { coloring, theme }: Overlay, width: number): void {
  if (!hasLegend(coloring)) return;
  const { column, css, legend } = coloring;
  const write = (text: string, x: number, y: number, color = theme.text, weight = 400) => {
    context.font = `${weight} 12px ${theme.fontFamily}`;
    context.fillStyle = color;
    context.fillText(text, x, y);
    return x + context.measureText(text).width;
  };
  const spot = (color: string, x: number, y: number) => {
    context.fillStyle = color;
    context.beginPath();
    context.arc(x + 4, y, 4, 0, 2 * Math.PI);
    context.fill();
  };
  context.textBaseline = "middle";
  context.textAlign = "left";
  write(column, 0, LINE / 2, theme.text, 600);
  if (legend.kind === "range") {
    const y = 1.5 * LINE;
    const [low, high] = endsOf(legend);
    const left = write(low, 0, y, theme.muted) + 6;
    const gradient = context.createLinearGradient(left, 0, left + 160, 0);
    stopsOf(coloring).forEach((color, i, all) => {
      gradient.addColorStop(i / (all.length - 1), color);
    });
    context.fillStyle = gradient;
    context.fillRect(left, y - 4, 160, 8);
    const right = write(high, left + 166, y, theme.muted) + 14;
    if (legend.missing === 0) return;
    spot(css.at(-1)!, right, y);
    write(`no value ${formatCount(legend.missing)}`, right + 14, y, theme.muted);
  } else if (legend.kind === "entries") {
    const columns = columnsIn(width + 2 * PADDING);
    const place = (i: number) =>
      [(i % columns) * ENTRY_WIDTH, (1.5 + Math.floor(i / columns)) * LINE] as const;
    const shown = legend.entries.slice(0, MOST_ENTRIES);
    shown.forEach(({ label, code, count }, i) => {
      const [x, y] = place(i);
      spot(css[code]!, x, y);
      const text = label.length > 14 ? `${label.slice(0, 13)}…` : label;
      write(`  ${formatCount(count)}`, write(text, x + 14, y), y, theme.muted);
    });
    const more = legend.entries.length - shown.length;
    if (more > 0) write(`and ${formatCount(more)} more`, ...place(shown.length), theme.muted);
  }
}

export function download(canvas: HTMLCanvasElement, name: string): void {
  canvas.toBlob((blob) => {
    if (!blob) return;
    const url = URL.createObjectURL(blob);
    const link = document.createElement("a");
    link.href = url;
    link.download = name;
    link.click();
    URL.revokeObjectURL(url);
  });
}
