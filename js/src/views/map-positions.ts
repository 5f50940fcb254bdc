/** Where the points are, and whether they are on their way from one layout to the next. */
import { computed, type ReadonlySignal, signal } from "@preact/signals-core";
import { watch } from "../dom";
import type { Dataset } from "../store";
import { normalisePositions, type Positions } from "./map-view";

export interface MapPositions {
  /** null until there is a layout; the same object as long as nothing has moved. */
  readonly positions: ReadonlySignal<Positions | null>;
  /** How long points take to where they are now, in ms: 0 for other images, or for who wants no motion. */
  moveMs(): number;
  /** While points move, what lies over them would lag behind. */
  readonly isMoving: ReadonlySignal<boolean>;
}

const MOVE_MS = 1100;

export function createPositions(dataset: ReadonlySignal<Dataset>, abort: AbortSignal): MapPositions {
  const isMoving = signal(false);
  let before: { coordinates: Float32Array; ids: Uint32Array; positions: Positions } | null = null;
  let ms = 0;
  let timer = 0;
  abort.addEventListener("abort", () => clearTimeout(timer));

  const positions = computed(() => {
    const { coordinates, ids } = dataset.value;
    if (!coordinates) {
      before = null;
      return null;
    }
    const isSameImages = before !== null && isSame(before.ids, ids);
    if (before && isSameImages && isSame(before.coordinates, coordinates)) return before.positions;
    ms = isSameImages && !matchMedia("(prefers-reduced-motion: reduce)").matches ? MOVE_MS : 0;
    before = { coordinates, ids, positions: normalisePositions(coordinates) };
    return before.positions;
  });

  watch(abort, () => {
    positions.value;
    clearTimeout(timer);
    isMoving.value = ms > 0;
    timer = window.setTimeout(() => {
      ms = 0;
      isMoving.value = false;
    }, ms);
  });
  return { positions, moveMs: () => ms, isMoving };
}

function isSame(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return a.length === b.length;
}
