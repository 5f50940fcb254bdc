/** The host's colours, resolved for canvases, and their changes. The CSS variables themselves are in styles/theme.css. */
import { type ReadonlySignal, signal } from "@preact/signals-core";

export interface Theme {
  dark: boolean;
  /** All colours as rgb() or rgba(). */
  background: string;
  surface: string;
  text: string;
  muted: string;
  /** Of hairlines, which stay behind what they are drawn under. */
  line: string;
  accent: string;
  fontFamily: string;
}

const COLORS = ["background", "surface", "text", "muted", "line", "accent"] as const;

/** JupyterLab and Notebook say it in data-jp-theme-light, VS Code in a class, marimo and Colab on the document. */
export function hostIsDark(document: Document): boolean {
  const { body, documentElement: root } = document;
  const light = body.dataset.jpThemeLight ?? root.dataset.jpThemeLight;
  if (light !== undefined) return light === "false";
  const kind = body.dataset.vscodeThemeKind;
  if (kind !== undefined) return kind === "vscode-dark" || kind === "vscode-high-contrast";
  for (const element of [body, root]) {
    const said = element.dataset.theme ?? element.getAttribute("theme");
    if (said === "dark" || said === "light") return said === "dark";
    if (element.classList.contains("dark")) return true;
    if (element.classList.contains("light")) return false;
  }
  return document.defaultView?.matchMedia?.("(prefers-color-scheme: dark)").matches ?? false;
}

/** Marks `root` with data-theme and follows the host until the signal ends it. */
export function watchTheme(root: HTMLElement, abort: AbortSignal): ReadonlySignal<Theme> {
  const document = root.ownerDocument;
  const probe = document.createElement("span");
  probe.hidden = true;
  // Else every colour would be read as that of the system's text, where the system forces its colours.
  probe.style.setProperty("forced-color-adjust", "none");
  root.append(probe);

  function read(): Theme {
    const dark = hostIsDark(document);
    root.dataset.theme = dark ? "dark" : "light";
    const resolve = (name: string): string => {
      // Only a computed colour is sure to be understood by a canvas; a variable may hold any CSS expression.
      probe.style.color = `var(--imgclust-${name})`;
      return getComputedStyle(probe).color;
    };
    const colors = Object.fromEntries(COLORS.map((name) => [name, resolve(name)])) as Record<
      (typeof COLORS)[number],
      string
    >;
    return { dark, ...colors, fontFamily: getComputedStyle(root).fontFamily };
  }

  const theme = signal(read());
  const update = () => {
    const now = read();
    if (JSON.stringify(now) !== JSON.stringify(theme.value)) theme.value = now;
  };
  // The host's style sheet may take effect a frame after its attribute has changed.
  const updateSoon = () => {
    update();
    requestAnimationFrame(update);
  };
  const observer = new MutationObserver(updateSoon);
  for (const element of [document.body, document.documentElement]) {
    observer.observe(element, {
      attributes: true,
      attributeFilter: [
        "data-jp-theme-light",
        "data-jp-theme-name",
        "data-vscode-theme-kind",
        "data-theme",
        "theme",
        "class",
        "style",
      ],
    });
  }
  for (const wish of [
    "(prefers-color-scheme: dark)",
    "(prefers-contrast: more)",
    "(forced-colors: active)",
  ]) {
    document.defaultView?.matchMedia?.(wish).addEventListener("change", updateSoon, { signal: abort });
  }
  // Not connected while rendering: the variables of the host reach the element only once it is in the page.
  const sizes = new ResizeObserver(update);
  sizes.observe(root);
  abort.addEventListener("abort", () => {
    observer.disconnect();
    sizes.disconnect();
  });
  return theme;
}
