// @vitest-environment jsdom
import { afterEach, expect, it, vi } from "vitest";
import { hostIsDark } from "../src/theme";

afterEach(() => {
  for (const element of [document.body, document.documentElement]) {
    for (const name of element.getAttributeNames()) element.removeAttribute(name);
  }
  vi.unstubAllGlobals();
});

it.each([
  ["JupyterLab", "body", "data-jp-theme-light", "false", true],
  ["JupyterLab", "body", "data-jp-theme-light", "true", false],
  ["VS Code", "body", "data-vscode-theme-kind", "vscode-dark", true],
  ["VS Code", "body", "data-vscode-theme-kind", "vscode-high-contrast-light", false],
  ["Colab", "html", "theme", "dark", true],
  ["marimo", "body", "class", "wide dark", true],
  ["marimo", "html", "class", "light", false],
])("%s says it on %s by %s=%s", (_host, tag, name, value, dark) => {
  window.matchMedia = () => ({ matches: !dark }) as MediaQueryList;
  document.querySelector(tag)!.setAttribute(name, value);
  expect(hostIsDark(document)).toBe(dark);
});

it.each([true, false])("goes by the system where the host says nothing (%s)", (dark) => {
  window.matchMedia = () => ({ matches: dark }) as MediaQueryList;
  expect(hostIsDark(document)).toBe(dark);
});
