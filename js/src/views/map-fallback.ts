/** The points of the map without WebGL: good for some 20,000. */
import { oncePerFrame } from "../dom";
import { looksOf, Move, type PointLayer, type PointLook, type PointsState, setSize } from "./map-points";
import { type Positions, toPixelX, toPixelY } from "./map-view";

/** Smaller dots look the same square, and cost a fraction. */
const ROUND_FROM = 4;

export class CanvasPoints implements PointLayer {
  readonly canvas = document.createElement("canvas");
  private readonly life = new AbortController();
  private readonly redraw = oncePerFrame(this.life.signal, () => this.draw(this.canvas, devicePixelRatio));
  private state: PointsState | null = null;
  /** Rows by colour, so that the colour need not be set for each. */
  private byColor: Uint32Array[] = [];
  private move: Move | null = null;

  show(state: PointsState, moveMs: number): void {
    const before = this.state;
    this.state = state;
    if (before && moveMs > 0 && before.positions !== state.positions) {
      const isSameLength = before.positions.length === state.positions.length;
      this.move = isSameLength ? new Move(before.positions, moveMs) : null;
    }
    if (before?.coloring.codes !== state.coloring.codes) this.byColor = groupByCode(state.coloring.codes);
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
    const { extent, selection, visible } = this.state;
    const positions = this.currentPositions(this.state.positions);
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, extent.width, extent.height);
    const { others, selected } = looksOf(this.state);
    const anySelected = selection.count > 0;
    const isIn = (row: number) => visible === null || visible.has(row);
    this.dots(context, positions, others, (row) => isIn(row) && !(anySelected && selection.rows.has(row)));
    if (anySelected) this.dots(context, positions, selected, (row) => isIn(row) && selection.rows.has(row));
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

  private dots(
    context: CanvasRenderingContext2D,
    positions: Positions,
    { size, opacity }: PointLook,
    isShown: (row: number) => boolean,
  ): void {
    const { view, extent, coloring } = this.state!;
    const radius = size / 2;
    context.globalAlpha = opacity;
    this.byColor.forEach((rows, code) => {
      context.fillStyle = coloring.css[code]!;
      context.beginPath();
      for (const row of rows) {
        if (!isShown(row)) continue;
        const x = toPixelX(view, positions[2 * row]!);
        const y = toPixelY(view, positions[2 * row + 1]!);
        if (x < -size || x > extent.width + size || y < -size || y > extent.height + size) continue;
        if (size < ROUND_FROM) context.rect(x - radius, y - radius, size, size);
        else {
          context.moveTo(x + radius, y);
          context.arc(x, y, radius, 0, 2 * Math.PI);
        }
      }
      context.fill();
    });
  }

  destroy(): void {
    this.life.abort();
    this.canvas.remove();
  }
}

function groupByCode(codes: Uint16Array): Uint32Array[] {
  const counts: number[] = [];
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1;
  const groups = Array.from(counts, (count) => new Uint32Array(count ?? 0));
  const filled = new Uint32Array(groups.length);
  codes.forEach((code, row) => {
    groups[code]![filled[code]!++] = row;
  });
  return groups;
}
