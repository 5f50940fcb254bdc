/** The part of the status line in which one labels, and its keys: L writes, N goes on, M looks for more. */
import { Paintbrush } from "lucide";
import { button, element, watch } from "../dom";
import { formatCount } from "../format";
import type { ViewContext } from "./context";
import { icon } from "./icons";
import type { Shortcuts } from "./keys";
import { createLabelBox } from "./label-box";
import { createLabelList } from "./label-list";
import { createLabelNext } from "./label-next";

export function mountLabels(el: HTMLElement, ctx: ViewContext, root: HTMLElement): Shortcuts {
  const { labelling, signal } = ctx;
  /** Where the keys went before, to be given back. */
  let before: HTMLElement | null = null;

  const box = createLabelBox(ctx, (isWritten) => {
    if (isWritten && next.focus()) return;
    const grid = root.querySelector<HTMLElement>("[role=grid]");
    (before?.isConnected && !el.contains(before) ? before : grid)?.focus();
  });
  const next = createLabelNext(ctx, (guess) => box.focus(guess));
  const { button: column } = createLabelList(ctx, root);
  const line = element("div", {
    class: "imgclust-labels",
    attributes: { role: "group", "aria-label": "Labels" },
    children: [
      element("div", {
        class: "imgclust-label-write imgclust-needs-kernel",
        children: [column, box.element],
      }),
      labelProgress(ctx),
      next.element,
    ],
  });
  el.append(line);
  watch(signal, () => {
    line.hidden = ctx.store.published.value.n === 0;
  });
  root.addEventListener(
    "focusin",
    ({ target }) => {
      if (target instanceof HTMLElement && !el.contains(target)) before = target;
    },
    { signal },
  );

  return {
    l: () => box.focus(labelling.guess()?.label),
    n: () => void next.go(),
    m: next.more,
  };
}

/** "240 of 400 labelled", and the brush that shows it in all views. */
function labelProgress({ store, labelling, signal }: ViewContext): HTMLElement {
  const words = element("span", { class: "imgclust-muted" });
  const brush = button("Colour by label", icon(Paintbrush, 12), () => {
    const name = labelling.column.peek();
    store.setColorBy(store.colorBy.peek() === name ? "cluster" : name);
  });
  const box = element("div", { class: "imgclust-label-progress", children: [words, brush] });
  watch(signal, () => {
    const { none } = labelling.ofAll.value;
    const { n } = store.published.value;
    const name = labelling.column.value;
    box.hidden = labelling.current.value === undefined;
    words.textContent = `${formatCount(n - none)} of ${formatCount(n)} labelled`;
    const isOn = store.colorBy.value === name;
    brush.setAttribute("aria-pressed", String(isOn));
    brush.setAttribute("aria-label", `Colour by ${name}`);
    brush.title = isOn ? "Colour by cluster again" : `Colour by ${name}`;
  });
  return box;
}
