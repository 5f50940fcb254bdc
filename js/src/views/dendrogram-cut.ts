/** The handle of the cut line: drag it, or move it with the arrow keys, and the clusters follow at once. */
import { element, watch } from "../dom";
import { plural } from "../format";
import type { ViewContext } from "./context";
import { distanceAt, shareOf, type TreeView } from "./dendrogram-view";

/** Where distances are across the view, in pixels from its left edge. */
export interface DistanceScale {
  left: number;
  right: number;
  view: Pick<TreeView, "farthest" | "power">;
}

export interface CutHandle {
  place(scale: DistanceScale, height: number): void;
  hide(): void;
  /** Whether a point is on the line, to take hold of it anywhere. */
  isOnLine(x: number): boolean;
  /** Lets a press on the line go on as a drag of the handle. Returns whether the press is the handle's. */
  grab(event: PointerEvent, isOnLine: boolean): boolean;
}

const ON_LINE = 3;

export function mountCut(el: HTMLElement, { store, signal }: ViewContext): CutHandle {
  const handle = element("div", {
    class: "imgclust-cut",
    attributes: { role: "slider", tabindex: 0, "aria-label": "Number of clusters", "aria-valuemin": 1 },
  });
  const line = element("div", { class: "imgclust-cut-line" });
  el.append(line, handle);
  let scale: DistanceScale = { left: 0, right: 1, view: { farthest: 1, power: 1 } };
  let lineX = Number.NEGATIVE_INFINITY;

  function dragTo(event: PointerEvent): void {
    const tree = store.dataset.peek().tree;
    if (!tree) return;
    const x = event.clientX - el.getBoundingClientRect().left;
    const share = Math.min(1, Math.max(0, (scale.right - x) / (scale.right - scale.left)));
    const height = distanceAt(scale.view, share);
    store.setCut(tree.countAtHeight(height), height);
  }

  function grab(event: PointerEvent, isOnLine: boolean): boolean {
    if (!isOnLine && event.target !== handle) return false;
    event.preventDefault();
    handle.focus({ preventScroll: true });
    handle.setPointerCapture(event.pointerId);
    return true;
  }

  handle.addEventListener("pointermove", (event) => {
    if (handle.hasPointerCapture(event.pointerId)) dragTo(event);
  });
  handle.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 10, PageDown: -10 }[
      event.key
    ];
    if (step === undefined && event.key !== "Home") return;
    event.preventDefault();
    store.setCut(step === undefined ? 1 : store.cut.peek().nClusters + step);
  });

  watch(signal, () => {
    const { k } = store.clusters.value ?? { k: 1 };
    const text = plural(k, "cluster");
    handle.textContent = text;
    handle.title = "Drag to cut the tree into more or fewer clusters";
    handle.setAttribute("aria-valuenow", String(k));
    handle.setAttribute("aria-valuetext", text);
    handle.setAttribute("aria-valuemax", String(Math.max(1, store.dataset.value.n)));
  });

  return {
    grab,
    isOnLine: (x) => Math.abs(x - lineX) <= ON_LINE,
    hide() {
      handle.hidden = line.hidden = true;
    },
    place(now, height) {
      scale = now;
      const x = scale.right - (scale.right - scale.left) * shareOf(scale.view, height);
      const isInView = x >= scale.left - 1;
      lineX = isInView ? x : Number.NEGATIVE_INFINITY;
      handle.hidden = false;
      line.hidden = !isInView;
      // Beyond the left edge when zoomed into a branch: the handle waits at the edge.
      const at = Math.max(scale.left, x);
      line.style.transform = `translateX(${at}px)`;
      handle.style.setProperty("--imgclust-cut-x", `${at}px`);
      handle.classList.toggle("imgclust-cut-beyond", !isInView);
    },
  };
}
