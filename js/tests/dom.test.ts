// @vitest-environment jsdom
import { expect, it, vi } from "vitest";
import { watchSize } from "../src/dom";

it("tells of another size and of another density of pixels, until the end", () => {
  let resize = () => {};
  const disconnect = vi.fn();
  vi.stubGlobal(
    "ResizeObserver",
    class {
      constructor(callback: () => void) {
        resize = callback;
      }
      observe() {}
      disconnect = disconnect;
    },
  );
  const screens = new EventTarget();
  vi.stubGlobal("matchMedia", () => screens);
  const life = new AbortController();
  const run = vi.fn();
  watchSize(life.signal, document.body, run);
  resize();
  expect(run).toHaveBeenCalledTimes(1);
  for (let i = 0; i < 2; i++) screens.dispatchEvent(new Event("change"));
  expect(run).toHaveBeenCalledTimes(3);
  life.abort();
  screens.dispatchEvent(new Event("change"));
  expect(run).toHaveBeenCalledTimes(3);
  expect(disconnect).toHaveBeenCalled();
});
