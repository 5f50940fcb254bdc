/** What fingers do in a view: two pinch and move it, one that rests shows what a mouse shows by hovering. */
import type { Point } from "./gestures";

export interface FingerGestures {
  hover(at: (Point & { event: PointerEvent }) | null): void;
  pan(dx: number, dy: number): void;
  zoom(factor: number, at: Point): void;
}

/** Each says whether the event belongs to a gesture of fingers, so that it is neither a click nor a drag. */
export interface Fingers {
  down(event: PointerEvent, at: Point): boolean;
  move(event: PointerEvent, at: Point): boolean;
  up(event: PointerEvent): boolean;
}

const LONG_PRESS_MS = 450;
/** A finger is never quite still. */
const STILL = 8;

export function followFingers({ hover, pan, zoom }: FingerGestures, signal: AbortSignal): Fingers {
  const places = new Map<number, Point>();
  let state: "none" | "pinch" | "rest" = "none";
  let from: Point = { x: 0, y: 0 };
  let spread = { x: 0, y: 0, distance: 1 };
  let timer: ReturnType<typeof setTimeout> | undefined;
  signal.addEventListener("abort", () => clearTimeout(timer));

  function measure(): typeof spread {
    const [a, b] = [...places.values()] as [Point, Point];
    return {
      x: (a.x + b.x) / 2,
      y: (a.y + b.y) / 2,
      distance: Math.max(1, Math.hypot(a.x - b.x, a.y - b.y)),
    };
  }

  function rest(at: Point, event: PointerEvent): void {
    state = "rest";
    hover({ ...at, event });
    // It stays to be read when the finger is gone, until the next touch anywhere.
    document.addEventListener("pointerdown", () => hover(null), { once: true, capture: true, signal });
  }

  return {
    down(event, at) {
      if (event.pointerType !== "touch") return false;
      clearTimeout(timer);
      places.set(event.pointerId, at);
      if (places.size === 1) {
        state = "none";
        from = at;
        timer = setTimeout(() => rest(at, event), LONG_PRESS_MS);
        return false;
      }
      state = "pinch";
      spread = measure();
      return true;
    },
    move(event, at) {
      if (!places.has(event.pointerId)) return false;
      places.set(event.pointerId, at);
      if (state === "pinch" && places.size === 2) {
        const now = measure();
        pan(now.x - spread.x, now.y - spread.y);
        zoom(now.distance / spread.distance, now);
        spread = now;
      } else if (Math.hypot(at.x - from.x, at.y - from.y) > STILL) clearTimeout(timer);
      return state !== "none";
    },
    up(event) {
      if (!places.delete(event.pointerId)) return false;
      clearTimeout(timer);
      return state !== "none";
    },
  };
}
