/** The head of a pane: what it is, and in paler letters how it was made. */
import { element } from "../dom";

export const paneTitle = (name: string, facts: string, details = facts): HTMLElement[] => [
  element("strong", { text: name }),
  element("span", { class: "imgclust-pane-facts", text: facts, title: details }),
];
