/** The map by keyboard. */
import type { ViewContext } from "./context";
import type { MapActions } from "./map-actions";
import type { Tool } from "./map-lasso";
import type { MapModel } from "./map-model";

const PAN_STEP = 60;
const ZOOM_STEP = 1.5;
const PANS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [PAN_STEP, 0],
  ArrowRight: [-PAN_STEP, 0],
  ArrowUp: [0, PAN_STEP],
  ArrowDown: [0, -PAN_STEP],
};

export function listenToKeys(
  el: HTMLElement,
  { store, signal }: ViewContext,
  { camera, extent, tool, hasContours }: MapModel,
  { selectInView }: MapActions,
): void {
  const zoom = (factor: number) => camera.zoom(factor, extent.peek().width / 2, extent.peek().height / 2);
  const take = (wanted: Tool) => {
    tool.value = tool.peek() === wanted ? "pan" : wanted;
  };
  const actions: Readonly<Record<string, () => void>> = {
    "+": () => zoom(ZOOM_STEP),
    "=": () => zoom(ZOOM_STEP),
    "-": () => zoom(1 / ZOOM_STEP),
    "0": () => camera.fit(),
    f: () => camera.fitRows(store.selection.peek().rows),
    o: () => take("lasso"),
    r: () => take("rectangle"),
    d: () => store.setUi({ map: { ...store.ui.peek().map, contours: !hasContours.peek() } }),
    Enter: selectInView,
    Escape: () => {
      if (tool.peek() !== "pan") tool.value = "pan";
      else store.clearSelection();
    },
  };
  el.addEventListener(
    "keydown",
    (event) => {
      if (event.target !== el || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey)
        return;
      const pan = PANS[event.key];
      const action = pan ? () => camera.pan(...pan) : actions[event.key];
      if (!action) return;
      event.preventDefault();
      action();
    },
    { signal },
  );
}
