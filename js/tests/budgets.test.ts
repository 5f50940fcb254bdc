// @vitest-environment jsdom
/** What a hundred thousand images may cost whatever the machine, and what must not stay behind. Times: benchmarks/frontend.py. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { mountWidget } from "../src/host/host";
import { datasetModel, viewModel } from "./dataset";

beforeEach(() => {
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe() {}
      unobserve() {}
      disconnect() {}
    },
  );
  vi.stubGlobal("matchMedia", () => ({ matches: true, addEventListener() {} }));
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(null);
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(900);
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(600);
});
afterEach(() => void vi.unstubAllGlobals());

it.each(["pictures", "table"])(
  "has few elements for very many images, as %s",
  async (mode) => {
    const el = document.createElement("div");
    const close = await mountWidget(el, viewModel({ ui: { gallery: { mode } } }), datasetModel(100_000));
    const lines = el.querySelectorAll(".imgclust-line").length;
    expect(lines).toBeGreaterThan(5);
    expect(lines).toBeLessThan(200);
    expect(el.querySelectorAll("*").length).toBeLessThan(1500);
    close();
  },
  30_000,
);

it("leaves no listener at the page behind", async () => {
  const held: string[] = [];
  const drop = (name: string) => held.splice(held.indexOf(name), 1);
  for (const [place, target] of Object.entries({ window, document })) {
    const { addEventListener, removeEventListener } = target;
    vi.spyOn(target, "addEventListener").mockImplementation(
      (type: string, run: unknown, options?: unknown) => {
        const name = `${place} ${type}`;
        held.push(name);
        const { signal } = (options ?? {}) as AddEventListenerOptions;
        signal?.addEventListener("abort", () => drop(name));
        addEventListener.call(target, type, run as EventListener, options as AddEventListenerOptions);
      },
    );
    vi.spyOn(target, "removeEventListener").mockImplementation((type: string, run: unknown) => {
      if (held.includes(`${place} ${type}`)) drop(`${place} ${type}`);
      removeEventListener.call(target, type, run as EventListener);
    });
  }
  for (let i = 0; i < 3; i++) {
    const el = document.createElement("div");
    document.body.append(el);
    const close = await mountWidget(el, viewModel(), datasetModel(50));
    expect(held.length).toBeGreaterThan(0);
    close();
    el.remove();
  }
  expect(held).toEqual([]);
}, 30_000);
