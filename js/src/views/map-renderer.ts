/**
 * One WebGL renderer for all maps of a page: browsers allow some sixteen contexts and drop the oldest beyond that.
 *
 * Kept at the document, since every widget of a notebook loads its own copy of this module.
 */
import { createRenderer } from "regl-scatterplot";

type Renderer = ReturnType<typeof createRenderer>;

/** One map's share of the renderer. */
interface Tenant {
  width: number;
  height: number;
  onLost(): void;
}

interface Shared {
  renderer: Renderer;
  canvas: HTMLCanvasElement;
  tenants: Set<Tenant>;
  life: AbortController;
}

export interface Lease {
  readonly renderer: Renderer;
  /** Size of the map in CSS pixels: the renderer is as large as its largest map, not as the window. */
  resize(width: number, height: number): void;
  /** With the last map goes the WebGL context. */
  release(): void;
}

// Widgets of different versions may expect different renderers.
const KEY = Symbol.for("imgclust_jupyter.renderer.regl-scatterplot-1.16");
type Holder = Document & { [KEY]?: Shared | undefined };

/** null where there is no WebGL that will do. `onLost` is called when the context is gone, and the lease with it. */
export function leaseRenderer(onLost: () => void): Lease | null {
  const holder: Holder = document;
  const shared = holder[KEY] ?? createShared();
  if (!shared) return null;
  holder[KEY] = shared;
  const { renderer, canvas, tenants } = shared;
  const tenant: Tenant = { width: 1, height: 1, onLost };
  tenants.add(tenant);
  return {
    renderer,
    resize(width, height) {
      Object.assign(tenant, { width, height });
      const largest = (key: "width" | "height") => Math.max(...Array.from(tenants, (each) => each[key]));
      renderer.resize(largest("width"), largest("height"));
      renderer.refresh();
    },
    release() {
      if (!tenants.delete(tenant) || tenants.size > 0) return;
      retire(shared);
      renderer.destroy();
      canvas.getContext("webgl")?.getExtension("WEBGL_lose_context")?.loseContext();
    },
  };
}

function createShared(): Shared | null {
  const canvas = document.createElement("canvas");
  // The library takes it for granted that it gets a context.
  if (!canvas.getContext("webgl", { antialias: true, preserveDrawingBuffer: true })) return null;
  const renderer = createRenderer({ canvas });
  const shared: Shared = { renderer, canvas, tenants: new Set(), life: new AbortController() };
  if (!renderer.isSupported) {
    renderer.destroy();
    return null;
  }
  canvas.addEventListener(
    "webglcontextlost",
    () => {
      const tenants = [...shared.tenants];
      shared.tenants.clear();
      retire(shared);
      for (const tenant of tenants) tenant.onLost();
      // Last, as what the maps made with it must be destroyed before it.
      renderer.destroy();
    },
    { signal: shared.life.signal },
  );
  return shared;
}

/** The next map gets a new renderer. */
function retire(shared: Shared): void {
  const holder: Holder = document;
  if (holder[KEY] === shared) holder[KEY] = undefined;
  shared.life.abort();
}
