/**
 * The points of the map without WebGL: good for some 100,000. Blended pixel by pixel as the shader in map-renderer.ts does,
 * so that they look the same; a canvas' own circles are slower, and as one path for all do not grow denser where they
 * lie on one another.
 */
import { oncePerFrame } from "../dom";
import { rgbOf } from "../palette";
import { looksOf, Move, type PointLayer, type PointLook, type PointsState, setSize } from "./map-points";
import { type Positions, toPixelX, toPixelY } from "./map-view";

export class CanvasPoints implements PointLayer {
  readonly canvas = document.createElement("canvas");
  private readonly life = new AbortController();
  private readonly redraw = oncePerFrame(this.life.signal, () => this.draw(this.canvas, devicePixelRatio));
  private state: PointsState | null = null;
  private move: Move | null = null;

  show(state: PointsState, moveMs: number): void {
    const before = this.state;
    this.state = state;
    if (before && moveMs > 0 && before.positions !== state.positions) {
      const isSameLength = before.positions.length === state.positions.length;
      this.move = isSameLength ? new Move(before.positions, moveMs) : null;
    }
    if (before?.extent !== state.extent) {
      setSize(this.canvas, state.extent, devicePixelRatio);
      // Emptied by that, it must not wait for the next frame.
      this.draw(this.canvas, devicePixelRatio);
    } else this.redraw();
  }

  picture(density: number): HTMLCanvasElement {
    const canvas = document.createElement("canvas");
    if (!this.state) return canvas;
    setSize(canvas, this.state.extent, density);
    this.draw(canvas, density);
    return canvas;
  }

  private draw(canvas: HTMLCanvasElement, density: number): void {
    const context = canvas.getContext("2d");
    if (!context || !this.state) return;
    const { selection, visible } = this.state;
    const positions = this.currentPositions(this.state.positions);
    const { width, height } = canvas;
    if (width === 0 || height === 0) return;
    const image = context.createImageData(width, height);
    const { others, selected } = looksOf(this.state);
    const anySelected = selection.count > 0;
    const isIn = (row: number) => visible === null || visible.has(row);
    const isOther = (row: number) => isIn(row) && !(anySelected && selection.rows.has(row));
    this.blend(image, positions, others, density, isOther);
    if (anySelected)
      this.blend(image, positions, selected, density, (row) => isIn(row) && selection.rows.has(row));
    context.putImageData(image, 0, 0);
  }

  private currentPositions(to: Positions): Positions {
    if (!this.move) return to;
    const { from } = this.move;
    const share = this.move.share();
    if (share === 1) {
      this.move = null;
      return to;
    }
    this.redraw();
    return to.map((value, i) => from[i]! + (value - from[i]!) * share);
  }

  /** One dot after the other, with soft edges. */
  private blend(
    { data, width, height }: ImageData,
    positions: Positions,
    { size, opacity }: PointLook,
    density: number,
    isShown: (row: number) => boolean,
  ): void {
    const { view, coloring } = this.state!;
    const colors = coloring.css.map(rgbOf);
    // Up to where the edge has faded.
    const reach = (size * density + 1) / 2;
    for (let row = 0; row < coloring.codes.length; row++) {
      if (!isShown(row)) continue;
      const x = density * toPixelX(view, positions[2 * row]!) - 0.5;
      const y = density * toPixelY(view, positions[2 * row + 1]!) - 0.5;
      const [red, green, blue] = colors[coloring.codes[row]!]!;
      const [right, bottom] = [Math.min(width - 1, x + reach), Math.min(height - 1, y + reach)];
      for (let py = Math.max(0, Math.ceil(y - reach)); py <= bottom; py++) {
        for (let px = Math.max(0, Math.ceil(x - reach)); px <= right; px++) {
          const inside = reach - Math.sqrt((px - x) ** 2 + (py - y) ** 2);
          if (inside <= 0) continue;
          const alpha = opacity * Math.min(1, inside);
          const at = 4 * (py * width + px);
          const below = (data[at + 3]! / 255) * (1 - alpha);
          const share = alpha / (alpha + below);
          data[at]! += (red - data[at]!) * share;
          data[at + 1]! += (green - data[at + 1]!) * share;
          data[at + 2]! += (blue - data[at + 2]!) * share;
          data[at + 3] = 255 * (alpha + below);
        }
      }
    }
  }

  destroy(): void {
    this.life.abort();
    this.canvas.remove();
  }
}
