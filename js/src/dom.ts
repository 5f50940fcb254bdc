/** Small helpers to build elements; text only ever goes in as text. */
import { effect } from "@preact/signals-core";

type Child = Node | string;

export interface ElementOptions {
  class?: string;
  text?: string;
  title?: string;
  /** Attributes, for aria-*, role, data-*; false and undefined are left out, true is an empty value. */
  attributes?: Readonly<Record<string, string | number | boolean | undefined>>;
  children?: readonly Child[];
}

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  options: ElementOptions = {},
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (options.class) made.className = options.class;
  if (options.text !== undefined) made.textContent = options.text;
  if (options.title !== undefined) made.title = options.title;
  for (const [name, value] of Object.entries(options.attributes ?? {})) {
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...(options.children ?? []));
  return made;
}

/** A real button with a name, as every control that is not text. */
export function button(
  name: string,
  content: Child,
  onClick: (event: MouseEvent) => void,
  className = "",
): HTMLButtonElement {
  const made = element("button", {
    class: `imgclust-button ${className}`.trim(),
    title: name,
    attributes: { type: "button", "aria-label": name },
    children: [content],
  });
  made.addEventListener("click", onClick);
  return made;
}

/** Runs at once and whenever a signal that it reads changes, until `abort`. */
export function watch(abort: AbortSignal, run: () => void): void {
  if (abort.aborted) return;
  const stop = effect(run);
  abort.addEventListener("abort", stop, { once: true });
}

/** Calls when an element is or becomes another size, and when the page moves to a screen of finer or coarser pixels. */
export function watchSize(abort: AbortSignal, el: Element, run: () => void): void {
  const observer = new ResizeObserver(run);
  observer.observe(el);
  abort.addEventListener("abort", () => observer.disconnect(), { once: true });
  function watchDensity(): void {
    const changed = () => {
      watchDensity();
      run();
    };
    const now = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
    now.addEventListener("change", changed, { once: true, signal: abort });
  }
  watchDensity();
}

/** Calls at most once a frame; for drawing. */
export function oncePerFrame(abort: AbortSignal, draw: () => void): () => void {
  let frame = 0;
  abort.addEventListener("abort", () => cancelAnimationFrame(frame), { once: true });
  return () => {
    if (frame !== 0 || abort.aborted) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      draw();
    });
  };
}
