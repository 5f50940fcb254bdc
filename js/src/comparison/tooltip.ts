/** Words beside the pointer, or beside what has the focus. */
import { element } from "../dom";
import type { Words } from "./words";

export interface WordTooltip {
  show(clientX: number, clientY: number, words: Words): void;
  hide(): void;
}

const GAP = 14;

export function createWordTooltip(root: HTMLElement): WordTooltip {
  // All that it says is in the names of the elements too.
  const box = element("div", {
    class: "imgclust-tooltip",
    attributes: { popover: "manual", "aria-hidden": "true" },
  });
  root.append(box);
  return {
    show(x, y, { title, lines }) {
      box.replaceChildren(
        element("div", { class: "imgclust-tooltip-title", text: title }),
        ...lines.map((text) => element("div", { class: "imgclust-tooltip-line", text })),
      );
      if (!box.matches(":popover-open")) box.showPopover();
      const { width, height } = box.getBoundingClientRect();
      box.style.left = `${Math.max(4, x + GAP + width > innerWidth ? x - GAP - width : x + GAP)}px`;
      box.style.top = `${Math.max(4, y + GAP + height > innerHeight ? y - GAP - height : y + GAP)}px`;
    },
    hide() {
      if (box.matches(":popover-open")) box.hidePopover();
    },
  };
}
