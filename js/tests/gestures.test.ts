// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { listenToGestures } from "../src/views/gestures";

let el: HTMLElement;
let life: AbortController;
let seen: unknown[][];

/** Pixels rounded, as the order of pinching and moving leaves small rests. */
const near = (value: number): number => Math.round(100 * value) / 100;

function pointer(type: string, id: number, x: number, y: number, pointerType = "touch"): void {
  const event = new MouseEvent(type, { clientX: x, clientY: y, bubbles: true, cancelable: true });
  el.dispatchEvent(Object.assign(event, { pointerId: id, pointerType }));
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("PointerEvent", MouseEvent);
  life = new AbortController();
  seen = [];
  el = document.createElement("div");
  el.setPointerCapture = () => {};
  document.body.replaceChildren(el);
  listenToGestures(
    el,
    {
      hover: (at) => seen.push(at ? ["hover", at.x, at.y] : ["leave"]),
      press: () => ({
        move: ({ dx, dy }) => seen.push(["drag", dx, dy]),
        end: () => seen.push(["end"]),
        cancel: () => seen.push(["cancel"]),
      }),
      click: ({ x, y }) => seen.push(["click", x, y]),
      doubleClick: () => {},
      pan: (dx, dy) => seen.push(["pan", near(dx), near(dy)]),
      zoom: (factor, { x, y }) => seen.push(["zoom", near(factor), near(x), near(y)]) > 0,
    },
    life.signal,
  );
});

afterEach(() => {
  life.abort();
  vi.useRealTimers();
});

const without = (name: string): unknown[][] => seen.filter(([what]) => what !== name);

describe("fingers", () => {
  it("pinch: the view grows by as much as they part, about their middle, and moves with it", () => {
    pointer("pointerdown", 1, 100, 100);
    pointer("pointerdown", 2, 200, 100);
    pointer("pointermove", 2, 300, 120);
    pointer("pointerup", 2, 300, 120);
    pointer("pointermove", 1, 120, 150);
    pointer("pointerup", 1, 120, 150);
    expect(without("leave")).toEqual([
      ["pan", 50, 10],
      ["zoom", near(Math.hypot(200, 20) / 100), 200, 110],
    ]);
  });

  it("that pinch end a drag that one of them had begun", () => {
    el.style.setProperty("touch-action", "none");
    vi.stubGlobal("getComputedStyle", () => ({ touchAction: "none" }));
    pointer("pointerdown", 1, 100, 100);
    pointer("pointermove", 1, 120, 100);
    pointer("pointerdown", 2, 200, 100);
    expect(without("leave")).toEqual([["drag", 20, 0], ["cancel"]]);
    vi.unstubAllGlobals();
  });

  it("leave the page to be scrolled by one of them", () => {
    pointer("pointerdown", 1, 100, 100);
    pointer("pointermove", 1, 100, 150);
    pointer("pointerup", 1, 100, 150);
    expect(without("leave")).toEqual([]);
    pointer("pointerdown", 1, 100, 100);
    pointer("pointerup", 1, 101, 100);
    expect(without("leave")).toEqual([["click", 100, 100]]);
  });

  it("that rest show what is there, until the next touch anywhere, and that is no click", () => {
    pointer("pointerdown", 1, 40, 50);
    pointer("pointermove", 1, 42, 51);
    vi.advanceTimersByTime(500);
    pointer("pointerup", 1, 42, 51);
    pointer("pointerleave", 1, 42, 51);
    expect(seen).toEqual([["leave"], ["hover", 40, 50]]);
    document.body.dispatchEvent(new MouseEvent("pointerdown", { bubbles: true }));
    expect(seen.at(-1)).toEqual(["leave"]);
  });

  it("that move do not rest", () => {
    pointer("pointerdown", 1, 40, 50);
    pointer("pointermove", 1, 60, 50);
    vi.advanceTimersByTime(500);
    pointer("pointercancel", 1, 60, 50);
    expect(without("leave")).toEqual([]);
  });
});

describe("the mouse", () => {
  it("drags and clicks, and leaves", () => {
    pointer("pointerdown", 1, 10, 10, "mouse");
    pointer("pointermove", 1, 30, 10, "mouse");
    pointer("pointerup", 1, 30, 10, "mouse");
    pointer("pointerdown", 1, 10, 10, "mouse");
    pointer("pointerup", 1, 10, 10, "mouse");
    pointer("pointerleave", 1, 10, 10, "mouse");
    vi.advanceTimersByTime(500);
    expect(seen).toEqual([["leave"], ["drag", 20, 0], ["end"], ["leave"], ["click", 10, 10], ["leave"]]);
  });
});
