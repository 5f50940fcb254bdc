/** What the kernel wants to be known, above the panes; each notice can be put away. */

import { signal as makeSignal } from "@preact/signals-core";
import { X } from "lucide";
import { button, element, watch } from "../dom";
import type { ViewContext } from "./context";
import { icon } from "./icons";

export function mountNotices(el: HTMLElement, { store, signal }: ViewContext): void {
  const dismissed = makeSignal<ReadonlySet<string>>(new Set());
  el.setAttribute("role", "status");
  watch(signal, () => {
    const problem = store.problem.value;
    const notices = store.published.value.header.notices.filter((text) => !dismissed.value.has(text));
    el.replaceChildren(
      ...(problem === "" ? [] : [element("div", { class: "imgclust-notice imgclust-error", text: problem })]),
      ...notices.map((text) => {
        const dismiss = button("Dismiss", icon(X), () => {
          dismissed.value = new Set([...dismissed.value, text]);
        });
        return element("div", { class: "imgclust-notice", children: [element("span", { text }), dismiss] });
      }),
    );
  });
}
