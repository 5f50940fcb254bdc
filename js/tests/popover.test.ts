// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it } from "vitest";
import { button, element } from "../src/dom";
import { createPopover } from "../src/views/popover";

let life: AbortController;

beforeEach(() => {
  life = new AbortController();
  HTMLElement.prototype.showPopover = () => {};
  HTMLElement.prototype.hidePopover = () => {};
});

afterEach(() => {
  life.abort();
  document.body.replaceChildren();
});

it("a small window has the keys while it is open, and gives them back to where they were", () => {
  const view = element("div", { attributes: { tabindex: 0 } });
  const opener = button("Columns", element("i"), () => {});
  const popover = createPopover(
    opener,
    "Columns",
    (body) => {
      body.replaceChildren(
        element("input", { attributes: { disabled: true } }),
        element("select"),
        element("button"),
      );
    },
    life.signal,
  );
  document.body.append(view, opener, popover.element);
  view.focus();
  popover.open();
  expect(document.activeElement).toBe(popover.element.querySelector("select"));
  popover.close();
  expect(document.activeElement).toBe(view);
});
