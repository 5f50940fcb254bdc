/** The line below: what is selected, what could not be read, how far the work has come. */
import { ListFilter, RotateCw, X } from "lucide";
import { button, element, watch } from "../dom";
import { formatCount, formatDuration, formatValue } from "../format";
import type { Progress } from "../store";
import { changesLine } from "./changes";
import { createComposition } from "./composition";
import type { ViewContext } from "./context";
import { icon } from "./icons";
import { kernelNote } from "./kernel-note";
import type { Shortcuts } from "./keys";
import { mountLabels } from "./labels";
import { unreadableButton } from "./unreadable";
import { takenOutButton, takingOut } from "./working-set";

/** Returns the keys that work on what is in the line. */
export function mountStatus(
  el: HTMLElement,
  ctx: ViewContext,
  frame: HTMLElement,
  root: HTMLElement,
): Shortcuts {
  const keys = mountSelection(el, ctx, root);
  const facts = [
    shown(ctx),
    unreadableButton(ctx, frame),
    takenOutButton(ctx, frame),
    kernelNote(ctx, ctx.signal),
    changesLine(ctx, frame),
  ];
  el.append(element("div", { class: "imgclust-facts", children: facts }), progress(ctx));
  return keys;
}

/** What is selected, and what can be done with it. */
export function mountSelection(el: HTMLElement, ctx: ViewContext, root: HTMLElement): Shortcuts {
  const composition = createComposition(ctx, root);
  const out = takingOut(ctx);
  el.append(selected(ctx, [composition.button, out.button, out.note]));
  return { ...mountLabels(el, ctx, root), ...composition.keys, ...out.keys };
}

function selected({ store, signal }: ViewContext, others: readonly HTMLElement[]): HTMLElement {
  const words = element("div", { class: "imgclust-selected-words", attributes: { "aria-live": "polite" } });
  const clear = button("Clear the selection", icon(X), () => store.clearSelection());
  clear.append("clear");
  clear.classList.add("imgclust-text-button");
  const only = button("Show only these images, which are selected", icon(ListFilter), () =>
    store.filterSelected(),
  );
  only.append("only these");
  only.classList.add("imgclust-text-button");
  watch(signal, () => {
    const { count, origin, rows } = store.selection.value;
    const visible = store.visible.value;
    const hidden = visible ? count - rows.intersection(visible).count() : 0;
    const { n } = store.published.value;
    clear.hidden = count === 0;
    only.hidden = count === 0 || count - hidden === (visible?.count() ?? n);
    words.replaceChildren(
      count === 0
        ? element("span", { class: "imgclust-muted", text: n === 0 ? "" : "nothing selected" })
        : element("strong", { text: `${formatCount(count)} selected` }),
      hidden === 0
        ? ""
        : element("span", { class: "imgclust-muted", text: `${formatCount(hidden)} of them hidden` }),
      element("span", { class: "imgclust-muted", text: count > 0 ? origin.text : "", title: origin.text }),
    );
  });
  return element("div", { class: "imgclust-selected", children: [words, only, ...others, clear] });
}

/** How many images the filters let through. */
function shown({ store, signal }: ViewContext): HTMLElement {
  const words = element("span", { class: "imgclust-shown", attributes: { role: "status" } });
  watch(signal, () => {
    const visible = store.visible.value;
    const { n } = store.published.value;
    words.hidden = visible === null;
    words.textContent = visible ? `${formatCount(visible.count())} of ${formatCount(n)} shown` : "";
  });
  return words;
}

/** "embedding", "12,400 / 20,000", "200 images/s", "38 s left"; the parts that are known. */
export function describeProgress({
  state,
  label,
  done,
  total,
  rate,
  seconds_left,
  message,
}: Progress): string[] {
  if (state === "failed") return [message === "" ? "The work has failed." : message];
  const parts = [state === "cancelled" ? ["stopped", label].filter(Boolean).join(": ") : message || label];
  if (total > 0) parts.push(`${formatCount(done)} / ${formatCount(total)}`);
  if (state === "running" && rate !== null) parts.push(`${formatValue(rate)} images/s`);
  if (state === "running" && seconds_left !== null) parts.push(`${formatDuration(seconds_left)} left`);
  return parts.filter((part) => part !== "");
}

function progress({ store, rpc, signal }: ViewContext): HTMLElement {
  const words = element("div", { class: "imgclust-progress-words" });
  const bar = element("div", {
    class: "imgclust-bar",
    attributes: { role: "progressbar", "aria-valuemin": 0, "aria-valuemax": 100, "aria-label": "Progress" },
    children: [element("div")],
  });
  const fill = bar.firstElementChild as HTMLElement;
  const refused = element("span", { class: "imgclust-error" });
  const ask = (kind: string): void => {
    refused.textContent = "";
    rpc.request(kind).catch((error: Error) => {
      refused.textContent = error.message;
    });
  };
  const cancel = button("Stop the work; what is finished is kept", icon(X), () => ask("interrupt"));
  const resume = element("button", {
    class: "imgclust-button imgclust-text-button",
    attributes: { type: "button" },
  });
  resume.addEventListener("click", () => ask("resume"));
  const box = element("div", { class: "imgclust-progress", children: [words, refused, bar, cancel, resume] });
  watch(signal, () => {
    const now = store.progress.value;
    const idle = now.state === "done" || (now.state === "waiting" && now.label === "" && now.message === "");
    box.hidden = idle;
    box.classList.toggle("imgclust-failed", now.state === "failed");
    words.replaceChildren(...describeProgress(now).map((text) => element("span", { text, title: text })));
    const share = now.total > 0 ? now.done / now.total : 0;
    bar.hidden = now.state === "failed" || now.state === "waiting";
    bar.classList.toggle("imgclust-bar-unknown", now.state === "running" && now.total === 0);
    fill.style.width = `${100 * share}%`;
    if (now.total > 0) bar.setAttribute("aria-valuenow", String(Math.round(100 * share)));
    else bar.removeAttribute("aria-valuenow");
    cancel.hidden = now.state !== "running";
    resume.replaceChildren(icon(RotateCw, 12), now.state === "failed" ? "try again" : "go on");
    resume.hidden = now.state !== "cancelled" && now.state !== "failed";
  });
  return box;
}
