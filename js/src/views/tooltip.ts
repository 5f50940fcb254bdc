/** One tooltip for all views: words, and pictures of the rows they are about. */
import { effect } from "@preact/signals-core";
import { element } from "../dom";
import type { ViewContext } from "./context";
import { markBroken, paintTile } from "./tile";

export interface TooltipContent {
  title: string;
  /** A row whose name is the title as soon as it is known. */
  named?: number;
  lines?: readonly string[];
  /** Rows whose pictures to show; one is shown large, several (nine at most) small. */
  rows?: readonly number[];
}

export interface Tooltip {
  /** Beside a point in client coordinates; calling again moves it. */
  show(clientX: number, clientY: number, content: TooltipContent): void;
  hide(): void;
}

const GAP = 14;
const LARGE = 160;
const SMALL = 56;
const MOST_PICTURES = 9;

export function createTooltip(
  root: HTMLElement,
  { thumbnails, records }: Pick<ViewContext, "thumbnails" | "records">,
  signal: AbortSignal,
): Tooltip {
  // A popover lies in the top layer: no ancestor of the host's can clip it.
  const box = element("div", {
    class: "imgclust-tooltip",
    attributes: { popover: "manual", role: "tooltip" },
  });
  root.append(box);
  const claim = thumbnails.claim(signal);
  let shown = "";
  let stopPainting = () => {};

  function fill({ title, named, lines = [], rows = [] }: TooltipContent): void {
    stopPainting();
    const pictured = rows.slice(0, MOST_PICTURES);
    const side = pictured.length === 1 ? LARGE : SMALL;
    const canvases = pictured.map(() => element("canvas", { attributes: { "aria-hidden": "true" } }));
    const places = canvases.map((canvas) => element("div", { children: [canvas] }));
    const reason = element("div", { class: "imgclust-tooltip-line" });
    const heading = element("div", { class: "imgclust-tooltip-title" });
    box.replaceChildren(
      element("div", {
        class: `imgclust-tooltip-pictures${places.length > 1 ? " imgclust-several" : ""}`,
        children: places,
      }),
      heading,
      ...lines.map((text) => element("div", { class: "imgclust-tooltip-line", text })),
      reason,
    );
    claim(pictured, side * devicePixelRatio);
    if (named !== undefined) records.ask([named]);
    stopPainting = effect(() => {
      thumbnails.onArrival.value;
      records.onArrival.value;
      heading.textContent = (named === undefined ? undefined : records.get(named)?.name) ?? title;
      const problems = pictured.map((row) => thumbnails.problem(row));
      const only = problems.length === 1 ? problems[0] : "";
      reason.textContent = only ? `The picture cannot be shown: ${only}` : "";
      pictured.forEach((row, i) => {
        markBroken(places[i]!, problems[i] !== "", side);
        paintTile(canvases[i]!, thumbnails.get(row, side * devicePixelRatio), side);
      });
    });
  }

  function place(x: number, y: number): void {
    const { width, height } = box.getBoundingClientRect();
    const left = x + GAP + width > innerWidth ? x - GAP - width : x + GAP;
    const top = y + GAP + height > innerHeight ? y - GAP - height : y + GAP;
    box.style.left = `${Math.max(4, left)}px`;
    box.style.top = `${Math.max(4, top)}px`;
  }

  function hide(): void {
    if (shown === "") return;
    shown = "";
    stopPainting();
    claim([], SMALL);
    box.hidePopover();
  }

  signal.addEventListener("abort", () => {
    stopPainting();
    box.remove();
  });

  return {
    hide,
    show(clientX, clientY, content) {
      const key = JSON.stringify(content);
      if (key !== shown) {
        if (shown === "") box.showPopover();
        shown = key;
        fill(content);
      }
      place(clientX, clientY);
    },
  };
}
