/** Draws the synthetic collection's pictures: alike where the tree says alike. */
import { type Look, random } from "./synthetic";

export async function drawPicture(look: Look, id: number, longest: number): Promise<Blob> {
  const { hue, lightness, roundness, aspect } = look;
  const width = Math.round(aspect >= 1 ? longest : longest * aspect);
  const height = Math.round(aspect >= 1 ? longest / aspect : longest);
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d")!;
  const draw = random(id + 7);
  const sky = context.createLinearGradient(0, 0, 0, height);
  sky.addColorStop(0, `hsl(${hue} 32% ${100 * lightness + 18}%)`);
  sky.addColorStop(1, `hsl(${hue + 25} 30% ${100 * lightness - 8}%)`);
  context.fillStyle = sky;
  context.fillRect(0, 0, width, height);
  const unit = Math.min(width, height);
  for (let i = 0; i < 3; i++) {
    const size = unit * (0.22 + 0.2 * draw());
    context.fillStyle = `hsl(${hue + 150 + 40 * draw()} ${35 + 25 * draw()}% ${100 * lightness * (0.5 + 0.8 * draw())}%)`;
    context.beginPath();
    context.roundRect(
      (width - size) * draw(),
      (height - size) * (0.3 + 0.7 * draw()),
      size * (0.7 + 0.6 * draw()),
      size,
      (roundness * size) / 2,
    );
    context.fill();
  }
  return canvas.convertToBlob({ type: "image/jpeg", quality: 0.85 });
}
