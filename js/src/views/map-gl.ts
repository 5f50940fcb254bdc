/** The points of the map by WebGL. */
import createScatterplot, { createSpatialIndex } from "regl-scatterplot";
import { ease, FADED, type PointLayer, type PointsState } from "./map-points";
import { type Lease, leaseRenderer } from "./map-renderer";
import type { Extent, MapView } from "./map-view";

/** null where there is no WebGL. After `onLost` the layer is of no more use. */
export function createGlPoints(onLost: () => void): PointLayer | null {
  const lease = leaseRenderer(onLost);
  return lease && new GlPoints(lease);
}

class GlPoints implements PointLayer {
  readonly canvas = document.createElement("canvas");
  private readonly lease: Lease;
  private readonly plot: ReturnType<typeof createScatterplot>;
  /** We find rows under the pointer ourselves, so the library need not index them at every change. */
  private readonly emptyIndex = createSpatialIndex([[0, 0]]);
  private shown: PointsState | null = null;
  /** What is to be uploaded once the upload under way is done: the library refuses a second one meanwhile. */
  private next: { state: PointsState; moveMs: number } | null = null;
  private isUploading = false;
  private uploaded: PointsState | null = null;
  private readonly observer: ResizeObserver;

  constructor(lease: Lease) {
    this.lease = lease;
    let drawFrame = () => {};
    const renderer: Lease["renderer"] = Object.create(lease.renderer, {
      onFrame: {
        value: (draw: () => void) => {
          drawFrame = draw;
          return lease.renderer.onFrame(draw);
        },
      },
    });
    // Pointer and keys are ours (see map-pointer.ts); the library only draws.
    this.plot = createScatterplot({
      renderer,
      canvas: this.canvas,
      width: "auto",
      height: "auto",
      colorBy: "category",
      pointScaleMode: "constant",
      pointSizeSelected: 1,
      pointOutlineWidth: 0,
      opacityInactiveScale: FADED,
      cameraIsFixed: true,
      deselectOnDblClick: false,
      deselectOnEscape: false,
    });
    // The library empties the canvas when its size changes and draws it in the next frame, so that nothing would
    // be seen while a border is dragged. This observer comes after the library's own, and draws at once.
    this.observer = new ResizeObserver(() => drawFrame());
    this.observer.observe(this.canvas);
  }

  show(state: PointsState, moveMs: number): void {
    const before = this.shown;
    this.shown = state;
    const { extent, look, theme, coloring, positions, view } = state;
    if (before?.extent !== extent) this.lease.resize(extent.width, extent.height);
    if (before?.coloring.css !== coloring.css || before.theme !== theme) {
      this.plot.set({ pointColor: [...coloring.css], backgroundColor: colorParts(theme.background) });
    }
    if (before?.look.size !== look.size || before.look.opacity !== look.opacity) {
      this.plot.set({ pointSize: look.size, opacity: look.opacity });
    }
    if (before?.view !== view || before.extent !== extent) {
      this.plot.view(cameraMatrix(view, extent), { preventEvent: true });
    }
    if (before?.positions !== positions || before.coloring.codes !== coloring.codes) {
      this.next = { state, moveMs: before && before.positions.length === positions.length ? moveMs : 0 };
      void this.upload();
    } else if (before.selection.rows !== state.selection.rows && this.uploaded) {
      this.select(state);
    }
  }

  private async upload(): Promise<void> {
    if (this.isUploading) return;
    this.isUploading = true;
    for (let next = this.next; next; next = this.next) {
      this.next = null;
      const { state, moveMs } = next;
      const isMove = moveMs > 0 && this.uploaded?.positions !== state.positions;
      await this.plot.draw(points(state), {
        zDataType: "categorical",
        spatialIndex: await this.emptyIndex,
        transition: isMove,
        transitionDuration: moveMs,
        transitionEasing: ease,
      });
      this.uploaded = state;
      this.select(this.shown ?? state);
    }
    this.isUploading = false;
  }

  private select({ selection, positions }: PointsState): void {
    if (positions.length !== this.uploaded?.positions.length) return;
    // In one step the library would keep its own old list where the new one has the same rows.
    this.plot.deselect({ preventEvent: true });
    if (selection.count > 0) this.plot.select([...selection.rows], { preventEvent: true });
  }

  destroy(): void {
    this.observer.disconnect();
    // Else the textures would stay as long as other maps keep the renderer.
    void this.plot.clearPoints();
    this.plot.destroy();
    this.lease.release();
    this.canvas.remove();
  }
}

function points({ positions, coloring }: PointsState) {
  const n = positions.length / 2;
  return {
    x: Float32Array.from({ length: n }, (_, row) => positions[2 * row]!),
    y: Float32Array.from({ length: n }, (_, row) => positions[2 * row + 1]!),
    z: coloring.codes,
  };
}

/** The library's camera looks at -1 … 1 along the height. */
function cameraMatrix({ scale, x, y }: MapView, { width, height }: Extent): number[] {
  const zoom = (2 * scale) / height;
  const [dx, dy] = [(2 * x - width) / height, 1 - (2 * y) / height];
  return [zoom, 0, 0, 0, 0, zoom, 0, 0, 0, 0, 1, 0, dx, dy, 0, 1];
}

/** "rgb(1, 2, 3)" as the numbers that the library takes. */
function colorParts(css: string): [number, number, number] {
  const [red = 0, green = 0, blue = 0] = (css.match(/[\d.]+/g) ?? []).map(Number);
  return [red / 255, green / 255, blue / 255];
}
