/** Draws what lies over the points of the map. */
import { Lru } from "../lru";
import type { Thumbnails } from "../thumbnails";
import { type Group, wordsOf } from "./map-groups";
import type { Label } from "./map-labels";
import type { PlacedPicture } from "./map-pictures";
import type { Overlay } from "./map-scene";
import { toPixelX, toPixelY } from "./map-view";
import { drawBroken } from "./tile";

type Context = CanvasRenderingContext2D;

export const LABEL_HEIGHT = 16;
const LABEL_PADDING = 6;
/** Rings beyond this number would hide what they point at. */
const MOST_RINGS = 300;
const MOST_SPOTS = 5000;
/** More than dots: a picture must still be recognised. */
const FADED = 0.32;

/** `density` is the number of pixels for one of the context's units. */
export function drawPictures(
  context: Context,
  overlay: Overlay,
  thumbnails: Thumbnails,
  density = devicePixelRatio,
): void {
  const { pictures, selection } = overlay;
  context.imageSmoothingQuality = "high";
  const isSelected = ({ row }: PlacedPicture) => selection.rows.has(row);
  const anySelected = selection.count > 0;
  context.globalAlpha = anySelected ? FADED : 1;
  for (const picture of pictures)
    if (!isSelected(picture)) drawPicture(context, overlay, picture, thumbnails, density);
  context.globalAlpha = 1;
  for (const picture of pictures)
    if (isSelected(picture)) drawPicture(context, overlay, picture, thumbnails, density);
}

/** The picture in a frame of its point's colour. */
function drawPicture(
  context: Context,
  overlay: Overlay,
  { row, x, y }: PlacedPicture,
  thumbnails: Thumbnails,
  density: number,
): void {
  const { coloring, theme, selection, pictureSize, pointed } = overlay;
  const room = pictureSize - 6;
  const bitmap = thumbnails.get(row, room * density);
  const scale = bitmap ? room / Math.max(bitmap.width, bitmap.height) : 0;
  const [width, height] = bitmap ? [bitmap.width * scale, bitmap.height * scale] : [room, room];
  const [left, top] = [x - width / 2, y - height / 2];
  const frame = (by: number, color: string) => {
    context.fillStyle = color;
    context.beginPath();
    context.roundRect(left - by, top - by, width + 2 * by, height + 2 * by, by + 1);
    context.fill();
  };
  if (pointed.length === 1 && pointed[0] === row) {
    frame(5.5, theme.text);
    frame(4, theme.background);
  }
  if (selection.rows.has(row)) frame(4, theme.accent);
  if (selection.rows.has(row)) frame(2.5, theme.background);
  frame(1.5, coloring.css[coloring.codes[row]!]!);
  if (bitmap) context.drawImage(bitmap, left, top, width, height);
  else if (thumbnails.problem(row) !== "") {
    frame(0, theme.background);
    drawBroken(context, left, top, room, theme.muted);
  }
}

const nameFont = (fontFamily: string): string => `600 11px ${fontFamily}`;
const countFont = (fontFamily: string): string => `11px ${fontFamily}`;

/** Most numbers come again as the cut moves, and measuring takes longer than placing. */
const widths = new Lru<string, number>(4000);

function textWidth(context: Context, font: string, text: string): number {
  const key = `${font} ${text}`;
  let width = widths.get(key);
  if (width === undefined) {
    context.font = font;
    width = context.measureText(text).width;
    widths.set(key, width);
  }
  return width;
}

/** How wide a group's name and size are together with the room around them. */
export function labelWidth(context: Context | null, fontFamily: string, group: Group): number {
  if (!context) return 0;
  const [name, count] = wordsOf(group);
  const width = textWidth(context, nameFont(fontFamily), name);
  return width + textWidth(context, countFont(fontFamily), count) + 2 * LABEL_PADDING;
}

export function drawLabels(context: Context, overlay: Overlay, opacityOf: (label: Label) => number): void {
  const { labels, theme } = overlay;
  context.textAlign = "left";
  context.textBaseline = "middle";
  for (const label of labels) {
    const opacity = opacityOf(label);
    if (opacity === 0) continue;
    const { group, x, y, width, height } = label;
    context.beginPath();
    context.roundRect(x - width / 2, y - height / 2, width, height, height / 2);
    context.fillStyle = theme.background;
    context.globalAlpha = 0.88 * opacity;
    context.fill();
    context.globalAlpha = opacity;
    context.strokeStyle = group.color;
    context.lineWidth = 1.25;
    context.stroke();
    const [name, count] = wordsOf(group);
    const left = x - width / 2 + LABEL_PADDING;
    context.font = nameFont(theme.fontFamily);
    context.fillStyle = theme.text;
    context.fillText(name, left, y + 0.5);
    const nameWidth = context.measureText(name).width;
    context.font = countFont(theme.fontFamily);
    context.fillStyle = theme.muted;
    context.fillText(count, left + nameWidth, y + 0.5);
  }
  context.globalAlpha = 1;
}

/** Each line over a wash that grows deeper inwards. */
export function drawContours(context: Context, { contours, view, theme }: Overlay): void {
  context.lineWidth = 1;
  for (const rings of contours) {
    context.beginPath();
    for (const ring of rings) {
      context.moveTo(toPixelX(view, ring[0]!), toPixelY(view, ring[1]!));
      for (let i = 2; i < ring.length; i += 2)
        context.lineTo(toPixelX(view, ring[i]!), toPixelY(view, ring[i + 1]!));
    }
    context.fillStyle = theme.text;
    context.globalAlpha = 0.04;
    context.fill("evenodd");
    context.strokeStyle = theme.text;
    context.globalAlpha = 0.55;
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** Rings around what the pointer is on; spots where it is on very many. */
export function drawPointed(context: Context, overlay: Overlay): void {
  const { positions, view, look, theme, pictures, visible } = overlay;
  const pointed = visible ? overlay.pointed.filter((row) => visible.has(row)) : overlay.pointed;
  const at = (row: number) =>
    [toPixelX(view, positions[2 * row]!), toPixelY(view, positions[2 * row + 1]!)] as const;
  if (pointed.length > MOST_RINGS) {
    context.fillStyle = theme.text;
    context.globalAlpha = 0.7;
    const step = Math.ceil(pointed.length / MOST_SPOTS);
    for (let i = 0; i < pointed.length; i += step) {
      const [x, y] = at(pointed[i]!);
      context.fillRect(x - 1, y - 1, 2, 2);
    }
    context.globalAlpha = 1;
    return;
  }
  // The frame of its picture says so already.
  if (pointed.length === 1 && pictures.some(({ row }) => row === pointed[0])) return;
  for (const row of pointed) {
    const [x, y] = at(row);
    context.beginPath();
    context.arc(x, y, look.size / 2 + 2.5, 0, 2 * Math.PI);
    context.strokeStyle = theme.background;
    context.lineWidth = 3.5;
    context.stroke();
    context.strokeStyle = theme.text;
    context.lineWidth = 1.5;
    context.stroke();
  }
}

/** The outline as drawn so far, and how it will close. */
export function drawLasso(context: Context, outline: readonly number[], accent: string): void {
  if (outline.length < 4) return;
  context.beginPath();
  for (let i = 0; i < outline.length; i += 2) context.lineTo(outline[i]!, outline[i + 1]!);
  context.globalAlpha = 0.12;
  context.fillStyle = accent;
  context.fill();
  context.globalAlpha = 1;
  context.strokeStyle = accent;
  context.lineWidth = 1.5;
  context.stroke();
  context.beginPath();
  context.setLineDash([3, 4]);
  context.moveTo(outline.at(-2)!, outline.at(-1)!);
  context.lineTo(outline[0]!, outline[1]!);
  context.stroke();
  context.setLineDash([]);
}
