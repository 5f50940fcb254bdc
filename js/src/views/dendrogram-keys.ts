/** The dendrogram by keyboard, and in words for those who cannot see it. */
import { element, watch } from "../dom";
import { plural } from "../format";
import { modeOf } from "../store";
import type { ViewContext } from "./context";
import type { TreeActions } from "./dendrogram-actions";
import type { TreeModel } from "./dendrogram-model";
import { type Direction, walk } from "./dendrogram-walk";

const DIRECTIONS: Readonly<Record<string, Direction>> = {
  ArrowLeft: "parent",
  ArrowRight: "child",
  ArrowUp: "previous",
  ArrowDown: "next",
};
const ZOOM_STEP = 1.5;

export interface TreeKeys {
  /** Walking goes on from here, as after a click. */
  startFrom(node: number): void;
}

export function mountKeys(
  el: HTMLElement,
  ctx: ViewContext,
  { camera, focused, describe, toggleScale }: TreeModel,
  { select, open }: TreeActions,
): TreeKeys {
  const { store, tooltip, signal } = ctx;
  let node: number | null = null;

  const item = element("div", { class: "imgclust-tree-words", attributes: { role: "treeitem" } });
  // Each widget of a page may have its own copy of this module, so counting would not do.
  item.id = `imgclust-branch-${Math.random().toString(36).slice(2)}`;
  const live = element("div", { class: "imgclust-tree-words", attributes: { "aria-live": "polite" } });
  el.setAttribute("aria-activedescendant", item.id);
  el.append(item);
  el.after(live);

  /** Branch numbers mean nothing in another tree, and nothing outside the branch zoomed into. */
  function here(): number | null {
    const [tree, branch] = [store.dataset.peek().tree, camera.branch.peek()];
    if (!tree || branch === null) return null;
    const isInside =
      node !== null &&
      node < tree.n - 1 &&
      node >= -tree.n &&
      tree.startOf(node) >= tree.startOf(branch) &&
      tree.startOf(node) + tree.sizeOf(node) <= tree.startOf(branch) + tree.sizeOf(branch);
    return isInside ? node : branch;
  }

  /** The whole tree is level 1. */
  function levelOf(of: number): number {
    const tree = store.dataset.peek().tree!;
    let level = 1;
    for (let up = tree.parent(of); up !== null; up = tree.parent(up)) level++;
    return level;
  }

  function moveTo(next: number): void {
    const tree = store.dataset.peek().tree;
    if (!tree) return;
    node = next;
    focused.value = next;
    camera.reveal(next);
    store.hover.value = { rows: Array.from(tree.rowsOf(next)), node: next, source: "tree" };
  }

  function act(event: KeyboardEvent, at: number): boolean {
    const [tree, branch] = [store.dataset.peek().tree, camera.branch.peek()];
    if (!tree || branch === null) return false;
    const direction = DIRECTIONS[event.key];
    if (direction) {
      // The first key shows where one is.
      moveTo(focused.peek() === null ? at : walk(tree, at, direction, branch));
      return true;
    }
    switch (event.key) {
      case "Home":
        moveTo(branch);
        return true;
      case "Enter":
      case " ":
        moveTo(at);
        if (event.altKey) open(at);
        else select(at, modeOf(event));
        return true;
      case "Backspace":
        camera.leave(camera.trail.peek().length - 1);
        return true;
      case "Escape":
        store.clearSelection();
        return true;
      case "+":
      case "=":
        camera.zoom(ZOOM_STEP, el.clientHeight / 2);
        return true;
      case "-":
        camera.zoom(1 / ZOOM_STEP, el.clientHeight / 2);
        return true;
      case "s":
        toggleScale();
        return true;
      case "0":
        camera.fit();
        return true;
      default:
        return false;
    }
  }

  el.addEventListener(
    "keydown",
    (event) => {
      const at = here();
      if (event.target !== el || event.ctrlKey || event.metaKey || at === null) return;
      if (!act(event, at)) return;
      event.preventDefault();
      tooltip.hide();
    },
    { signal },
  );
  el.addEventListener(
    "blur",
    () => {
      if (focused.peek() === null) return;
      focused.value = null;
      store.hover.value = null;
    },
    { signal },
  );
  el.addEventListener("pointerdown", () => (focused.value = null), { signal });

  watch(signal, () => {
    const { n } = store.published.value;
    store.selection.value;
    el.setAttribute(
      "aria-label",
      `Dendrogram of ${plural(n, "image")}. Arrow keys walk, Enter selects, Alt and Enter zooms in, Backspace goes back.`,
    );
    const at = focused.value ?? camera.branch.value;
    const words = at === null ? null : describe(at);
    const text = words ? [words.title, ...words.lines].join(", ") : "";
    item.setAttribute("aria-label", text);
    item.setAttribute("aria-level", String(at === null ? 1 : levelOf(at)));
    item.setAttribute(
      "aria-selected",
      String(words?.lines.some((line) => line === "all selected" || line === "selected") ?? false),
    );
    if (focused.value !== null) live.textContent = text;
  });

  // Branches have other numbers in another tree.
  watch(signal, () => {
    store.published.value;
    focused.value = null;
  });

  return {
    startFrom: (next) => {
      node = next;
    },
  };
}
