/**
 * One WebGL context for all maps of a page: browsers allow some sixteen and drop the oldest beyond that.
 *
 * Kept at the document, since every widget of a notebook loads its own copy of this module.
 */

interface Shared {
  gl: WebGL2RenderingContext;
  program: WebGLProgram;
  /** What to call when the context is gone, for each map. */
  tenants: Set<() => void>;
  life: AbortController;
}

export interface Lease {
  readonly gl: WebGL2RenderingContext;
  /** Draws points; see the shaders for what it wants. */
  readonly program: WebGLProgram;
  /** With the last map goes the context. */
  release(): void;
}

// Widgets of different versions may expect different shaders.
const KEY = Symbol.for("imgclust_jupyter.points.1");
type Holder = Document & { [KEY]?: Shared | undefined };

/** `stage` is 0 for what is not selected, 1 for what is; the others are put out of sight, as is what is neither. */
const VERTEX = `#version 300 es
in vec2 origin;
in vec2 target;
in vec4 paint;
uniform float share;
uniform vec2 scale;
uniform vec2 shift;
uniform float size;
uniform float stage;
out vec3 color;
void main() {
  color = paint.rgb;
  gl_Position = vec4(mix(origin, target, share) * scale + shift, abs(paint.a - stage) > 0.25 ? 2.0 : 0.0, 1);
  gl_PointSize = size + 1.0;
}`;

const FRAGMENT = `#version 300 es
precision highp float;
in vec3 color;
uniform float size;
uniform float opacity;
out vec4 pixel;
void main() {
  float inside = 0.5 * size + 0.5 - (size + 1.0) * length(gl_PointCoord - 0.5);
  float alpha = opacity * clamp(inside, 0.0, 1.0);
  if (alpha == 0.0) discard;
  pixel = vec4(color * alpha, alpha);
}`;

/** null where there is no WebGL that will do. `onLost` is called when the context is gone, and the lease with it. */
export function leaseRenderer(onLost: () => void): Lease | null {
  const holder: Holder = document;
  const shared = holder[KEY] ?? createShared();
  if (!shared) return null;
  holder[KEY] = shared;
  const { gl, program, tenants } = shared;
  const tenant = () => onLost();
  tenants.add(tenant);
  return {
    gl,
    program,
    release() {
      if (!tenants.delete(tenant) || tenants.size > 0) return;
      retire(shared);
      gl.getExtension("WEBGL_lose_context")?.loseContext();
    },
  };
}

function createShared(): Shared | null {
  const canvas = document.createElement("canvas");
  const gl = canvas.getContext("webgl2", { antialias: false, depth: false });
  const program = gl && link(gl);
  if (!program) return null;
  const shared: Shared = { gl, program, tenants: new Set(), life: new AbortController() };
  canvas.addEventListener(
    "webglcontextlost",
    () => {
      const tenants = [...shared.tenants];
      shared.tenants.clear();
      retire(shared);
      for (const onLost of tenants) onLost();
    },
    { signal: shared.life.signal },
  );
  return shared;
}

function link(gl: WebGL2RenderingContext): WebGLProgram | null {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ] as const) {
    const shader = gl.createShader(type);
    if (!shader) return null;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  return gl.getProgramParameter(program, gl.LINK_STATUS) ? program : null;
}

/** The next map gets a new context. */
function retire(shared: Shared): void {
  const holder: Holder = document;
  if (holder[KEY] === shared) holder[KEY] = undefined;
  shared.life.abort();
}
