/** The points of the map by WebGL, drawn in a context that all maps share, and copied to this map's own canvas. */
import { oncePerFrame } from "../dom";
import { rgbOf } from "../palette";
import { looksOf, Move, type PointLayer, type PointLook, type PointsState, setSize } from "./map-points";
import { type Lease, leaseRenderer } from "./map-renderer";
import type { Extent, MapView, Positions } from "./map-view";

/** null where there is no WebGL. After `onLost` the layer is of no more use. */
export function createGlPoints(onLost: () => void): PointLayer | null {
  const lease = leaseRenderer(onLost);
  return lease && new GlPoints(lease);
}

type BufferName = "origin" | "target" | "paint";

class GlPoints implements PointLayer {
  readonly canvas = document.createElement("canvas");
  private readonly lease: Lease;
  private readonly vertices: WebGLVertexArrayObject;
  private readonly buffers: Readonly<Record<BufferName, WebGLBuffer>>;
  private readonly uniforms: (name: string) => WebGLUniformLocation | null;
  private readonly life = new AbortController();
  private readonly redraw = oncePerFrame(this.life.signal, () => this.draw(this.canvas, devicePixelRatio));
  private state: PointsState | null = null;
  private move: Move | null = null;

  constructor(lease: Lease) {
    this.lease = lease;
    const { gl, program } = lease;
    this.vertices = gl.createVertexArray();
    this.buffers = { origin: gl.createBuffer(), target: gl.createBuffer(), paint: gl.createBuffer() };
    const locations = new Map<string, WebGLUniformLocation | null>();
    this.uniforms = (name) => {
      if (!locations.has(name)) locations.set(name, gl.getUniformLocation(program, name));
      return locations.get(name)!;
    };
    this.attach("target", "target");
    this.attach("paint", "paint");
  }

  /** An attribute of the points is read from a buffer. */
  private attach(name: BufferName, from: BufferName): void {
    const { gl, program } = this.lease;
    const at = gl.getAttribLocation(program, name);
    gl.bindVertexArray(this.vertices);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[from]);
    gl.enableVertexAttribArray(at);
    if (name === "paint") gl.vertexAttribPointer(at, 4, gl.UNSIGNED_BYTE, true, 0, 0);
    else gl.vertexAttribPointer(at, 2, gl.FLOAT, false, 0, 0);
    gl.bindVertexArray(null);
  }

  show(state: PointsState, moveMs: number): void {
    const before = this.state;
    this.state = state;
    const { positions, coloring, selection, visible, extent } = state;
    if (before?.positions !== positions) {
      const from = before?.positions.length === positions.length && moveMs > 0 ? before.positions : null;
      this.move = from && new Move(from, moveMs);
      this.fill("target", positions);
      if (from) this.fill("origin", from);
      // Points that stay where they are need no second buffer to come from.
      this.attach("origin", from ? "origin" : "target");
    }
    if (
      before?.coloring !== coloring ||
      before.selection.rows !== selection.rows ||
      before.visible !== visible
    ) {
      this.fill("paint", paints(state));
    }
    if (before?.extent === extent) this.redraw();
    else {
      setSize(this.canvas, extent, devicePixelRatio);
      // Emptied by that, it must not wait for the next frame.
      this.draw(this.canvas, devicePixelRatio);
    }
  }

  picture(density: number): HTMLCanvasElement {
    const canvas = document.createElement("canvas");
    if (!this.state) return canvas;
    setSize(canvas, this.state.extent, density);
    this.draw(canvas, density);
    return canvas;
  }

  private fill(name: BufferName, values: Positions | Uint8Array): void {
    const { gl } = this.lease;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name]);
    gl.bufferData(gl.ARRAY_BUFFER, values, gl.STATIC_DRAW);
  }

  private draw(canvas: HTMLCanvasElement, density: number): void {
    const context = canvas.getContext("2d");
    const { width, height } = canvas;
    if (!context || !this.state || width === 0 || height === 0) return;
    const { gl, program } = this.lease;
    const { view, extent, selection, positions } = this.state;
    // As large as its largest map; the corner that this one takes is cleared and copied.
    if (gl.canvas.width < width) gl.canvas.width = width;
    if (gl.canvas.height < height) gl.canvas.height = height;
    gl.viewport(0, 0, width, height);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.useProgram(program);
    gl.bindVertexArray(this.vertices);
    const { scale, shift } = clipSpace(view, extent);
    gl.uniform2f(this.uniforms("scale"), ...scale);
    gl.uniform2f(this.uniforms("shift"), ...shift);
    const share = this.move?.share() ?? 1;
    gl.uniform1f(this.uniforms("share"), share);
    const stage = (selected: number, { size, opacity }: PointLook) => {
      gl.uniform1f(this.uniforms("stage"), selected);
      gl.uniform1f(this.uniforms("size"), size * density);
      gl.uniform1f(this.uniforms("opacity"), opacity);
      gl.drawArrays(gl.POINTS, 0, positions.length / 2);
    };
    const looks = looksOf(this.state);
    stage(0, looks.others);
    if (selection.count > 0) stage(1, looks.selected);
    context.clearRect(0, 0, width, height);
    context.drawImage(gl.canvas, 0, gl.canvas.height - height, width, height, 0, 0, width, height);
    if (share === 1) this.move = null;
    else this.redraw();
  }

  destroy(): void {
    this.life.abort();
    const { gl } = this.lease;
    for (const buffer of Object.values(this.buffers)) gl.deleteBuffer(buffer);
    gl.deleteVertexArray(this.vertices);
    this.lease.release();
    this.canvas.remove();
  }
}

/** In neither of the two stages. */
const HIDDEN = 128;

/** Red, green, blue of each row, and the stage in which it is drawn. */
function paints({ coloring: { css, codes }, selection: { rows }, visible }: PointsState): Uint8Array {
  const colors = css.map(rgbOf);
  const made = new Uint8Array(4 * codes.length);
  for (let row = 0; row < codes.length; row++) {
    const color = colors[codes[row]!]!;
    made[4 * row] = color[0];
    made[4 * row + 1] = color[1];
    made[4 * row + 2] = color[2];
    if (visible && !visible.has(row)) made[4 * row + 3] = HIDDEN;
    else if (rows.has(row)) made[4 * row + 3] = 255;
  }
  return made;
}

/** Where map coordinates fall between -1 and 1, as WebGL wants them. */
function clipSpace({ scale, x, y }: MapView, { width, height }: Extent) {
  return {
    scale: [(2 * scale) / width, (2 * scale) / height],
    shift: [(2 * x) / width - 1, 1 - (2 * y) / height],
  } as const;
}
