/** Draws a thumbnail on a canvas, as large as the device's pixels ask for. */

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
