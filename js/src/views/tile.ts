/** Draws a thumbnail on a canvas, as large as the device's pixels ask for. */
import { ImageOff } from "lucide";
import { icon } from "./icons";

const LARGEST_MARK = 20;

/** `side` is the longest side in CSS pixels; the canvas takes the picture's proportions, or stays a square placeholder. */
export function paintTile(canvas: HTMLCanvasElement, bitmap: ImageBitmap | undefined, side: number): void {
  canvas.classList.toggle("imgclust-placeholder", bitmap === undefined);
  if (bitmap === undefined) {
    canvas.style.width = canvas.style.height = `${side}px`;
    return;
  }
  const scale = side / Math.max(bitmap.width, bitmap.height);
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  canvas.width = Math.round(width * devicePixelRatio);
  canvas.height = Math.round(height * devicePixelRatio);
  const context = canvas.getContext("2d");
  if (context === null) return;
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
}

/** The same on a canvas that others draw on too: a crossed-out frame. */
export function drawBroken(
  context: CanvasRenderingContext2D,
  left: number,
  top: number,
  side: number,
  color: string,
): void {
  const inset = side / 4;
  const [x, y, width] = [left + inset, top + inset, side - 2 * inset];
  context.strokeStyle = color;
  context.lineWidth = 1.25;
  context.strokeRect(x, y, width, width);
  context.beginPath();
  context.moveTo(x - 2, y + width + 2);
  context.lineTo(x + width + 2, y - 2);
  context.stroke();
}

/** Says in the place of a picture that there is none, or no longer. */
export function markBroken(place: HTMLElement, isBroken: boolean, side: number): void {
  const mark = place.querySelector(".imgclust-broken");
  if (!isBroken) mark?.remove();
  else if (mark === null) {
    const made = icon(ImageOff, Math.min(LARGEST_MARK, Math.round(side / 1.6)));
    made.classList.add("imgclust-broken");
    place.prepend(made);
  }
}
