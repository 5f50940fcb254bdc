/** What the dendrogram looks at: zoom, scroll, and the branches zoomed into one after the other. */
import { computed, type ReadonlySignal, signal } from "@preact/signals-core";
import { watch } from "../dom";
import type { Tree } from "../tree";
import type { Dataset } from "../wire";
import { carryView } from "./dendrogram-carry";
import {
  betweenViews,
  clampView,
  fitBranch,
  fittingRow,
  panView,
  revealRange,
  type TreeView,
  zoomView,
} from "./dendrogram-view";

export interface TreeCamera {
  /** null without a tree, and while the view has no size. */
  readonly view: ReadonlySignal<TreeView | null>;
  /** The branches zoomed into, outermost first; empty for the whole tree. */
  readonly trail: ReadonlySignal<readonly number[]>;
  /** The last of the trail, or the root: what the view shows, or is on its way to. */
  readonly branch: ReadonlySignal<number | null>;
  /** Zooms along the leaves about a height in pixels. Returns whether that changed anything. */
  zoom(factor: number, y: number): boolean;
  pan(pixels: number): void;
  /** Shows the innermost branch of the trail whole. */
  fit(): void;
  enter(branch: number): void;
  /** Goes back to the first `depth` branches of the trail. */
  leave(depth: number): void;
  reveal(node: number): void;
}

const MOVE_MS = 260;

export function createTreeCamera(
  tree: ReadonlySignal<Tree | null>,
  height: ReadonlySignal<number>,
  power: ReadonlySignal<number>,
  items: () => Pick<Dataset, "ids" | "rowOfId">,
  abort: AbortSignal,
): TreeCamera {
  const view = signal<TreeView | null>(null);
  const trail = signal<readonly number[]>([]);
  let isFitted = true;
  let shown: { tree: Tree; ids: Uint32Array } | null = null;
  /** Where the view is moving to; null while it rests. */
  let goal: TreeView | null = null;
  let frame = 0;
  abort.addEventListener("abort", () => cancelAnimationFrame(frame));

  const branch = computed(() => trail.value.at(-1) ?? tree.value?.root ?? null);

  function set(next: TreeView | null): void {
    cancelAnimationFrame(frame);
    goal = null;
    view.value = next;
  }

  function moveTo(to: TreeView): void {
    const from = view.peek();
    const of = tree.peek();
    if (!from || !of || matchMedia("(prefers-reduced-motion: reduce)").matches) {
      set(to);
      return;
    }
    const started = performance.now();
    cancelAnimationFrame(frame);
    goal = to;
    const step = (now: number) => {
      const t = Math.min(1, Math.max(0, (now - started) / MOVE_MS));
      view.value = t === 1 ? to : betweenViews(of, from, to, 1 - (1 - t) ** 3);
      if (t < 1) frame = requestAnimationFrame(step);
      else goal = null;
    };
    frame = requestAnimationFrame(step);
  }

  /** Changes what is in view; without a tree or a size there is nothing to change. */
  function change(next: (of: Tree, now: TreeView, pixels: number) => TreeView): void {
    // Who goes on while the view still moves, goes on from where it is moving to.
    const [of, now] = [tree.peek(), goal ?? view.peek()];
    if (of && now) set(next(of, now, height.peek()));
  }

  function moveToFit(): void {
    const [of, at] = [tree.peek(), branch.peek()];
    isFitted = true;
    if (of && at !== null && view.peek()) moveTo(fitBranch(of, at, height.peek(), power.peek()));
  }

  watch(abort, () => {
    const of = tree.value;
    const pixels = height.value;
    if (!of || pixels <= 0) return set(null);
    const former = shown;
    const { ids, rowOfId } = items();
    shown = { tree: of, ids };
    if (former && !isSameTree(former.tree, of)) {
      const seen = goal ?? view.peek();
      const rowNow = (row: number): number => rowOfId[former.ids[row]!] ?? -1;
      const at = { view: seen!, trail: trail.peek() };
      const carried = seen && carryView(former.tree, of, rowNow, at, pixels);
      trail.value = carried?.trail ?? [];
      isFitted = isFitted || !carried;
      // What is drawn still has the other tree's branch.
      if (carried && !isFitted) return set(carried.view);
    }
    const now = view.peek();
    set(
      now && !isFitted
        ? clampView(of, now, pixels)
        : fitBranch(of, trail.peek().at(-1) ?? of.root, pixels, power.peek()),
    );
  });

  watch(abort, () => {
    const wanted = power.value;
    const [of, now] = [tree.peek(), goal ?? view.peek()];
    if (!of || !now || now.power === wanted) return;
    const { farthest } = fitBranch(of, now.branch, height.peek(), wanted);
    moveTo({ ...now, farthest, power: wanted });
  });

  return {
    view,
    trail,
    branch,
    zoom(factor, y) {
      const before = view.peek()?.rowHeight;
      change((of, now, pixels) => {
        const next = zoomView(of, now, factor, y, pixels);
        isFitted = next.rowHeight === fittingRow(of, now.branch, pixels);
        return next;
      });
      return view.peek()?.rowHeight !== before;
    },
    pan(pixels) {
      change((of, now, room) => panView(of, now, pixels, room));
    },
    fit: moveToFit,
    enter(node) {
      const of = tree.peek();
      if (!of || node < 0 || node === branch.peek()) return;
      trail.value = [...trail.peek(), node];
      moveToFit();
    },
    leave(depth) {
      trail.value = trail.peek().slice(0, depth);
      moveToFit();
    },
    reveal(node) {
      change((of, now, pixels) => revealRange(of, now, of.startOf(node), of.sizeOf(node), pixels));
    },
  };
}

/** A dataset published again, with its map for instance, holds the same tree: what one looks at stays. */
function isSameTree(a: Tree, b: Tree): boolean {
  const same = (x: ArrayLike<number>, y: ArrayLike<number>) => {
    for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return false;
    return x.length === y.length;
  };
  return same(a.leafOrder, b.leafOrder) && same(a.leftStart, b.leftStart) && same(a.height, b.height);
}
