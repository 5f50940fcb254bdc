/** A comparison on one root element: the figures in words, and the tanglegram. */
import { button, element, oncePerFrame, watchSize } from "../dom";
import { watchTheme } from "../theme";
import { keepEvents } from "../views/keys";
import { firstItem, type Item, move, ribbonsOf } from "./items";
import { drawStage, type Stage } from "./stage";
import { createWordTooltip } from "./tooltip";
import type { ComparisonModel, Mode, Wanted } from "./wire";
import { imagesText } from "./words";

/** Before the element is in the page. */
const WIDTH = 900;

export function mountComparison(el: HTMLElement, model: ComparisonModel, signal: AbortSignal): void {
  const root = element("div", {
    class: "imgclust imgclust-comparison",
    attributes: {
      role: "region",
      "aria-label": "Comparison of two clusterings",
      "data-testid": "imgclust-comparison",
      "data-lm-suppress-shortcuts": "true",
    },
  });
  const words = element("span", { class: "imgclust-comparison-words" });
  const count = element("span", { class: "imgclust-comparison-count" });
  const moved = button("Select the images that moved", "", () => send({ moved: true }, "replace"));
  moved.classList.add("imgclust-text-button");
  const clear = button("Select nothing", "Clear", () => send({}, "replace"));
  clear.classList.add("imgclust-text-button");
  const details = element("div", { class: "imgclust-comparison-details" });
  const titles = element("div", { class: "imgclust-comparison-titles" });
  const place = element("div", { class: "imgclust-comparison-stage" });
  root.append(
    element("div", { class: "imgclust-comparison-head", children: [words, moved, count, clear] }),
    details,
    titles,
    place,
  );
  el.append(root);
  signal.addEventListener("abort", () => root.remove());
  watchTheme(root, signal);
  keepEvents(root, signal);
  const tooltip = createWordTooltip(root);

  let stage: Stage | null = null;
  let current: Item = firstItem(model.get("drawing"));

  function send(wanted: Wanted, mode: Mode): void {
    try {
      model.send({ ...wanted, mode, version: model.get("drawing").version });
    } catch {
      details.textContent = "The kernel is not connected. Run the cell again to select from here.";
    }
  }

  const elementOf = ({ column, index }: Item) => stage?.elements[column][index];

  function draw(): void {
    const drawing = model.get("drawing");
    const hadFocus = place.contains(document.activeElement);
    tooltip.hide();
    words.textContent = drawing.words;
    moved.textContent =
      drawing.moved === 1 ? "Select it" : `Select the ${drawing.moved.toLocaleString("en")}`;
    moved.hidden = drawing.moved === 0;
    details.textContent = drawing.details.join(" ");
    titles.replaceChildren(...drawing.sides.map(({ title }) => element("span", { text: title })));
    stage = drawStage(place, drawing, place.clientWidth || WIDTH);
    stage?.elements.forEach((elements, column) => {
      elements.forEach((each, index) => {
        listenTo(each as HTMLElement, { column: column as Item["column"], index });
      });
    });
    if (!elementOf(current)) current = firstItem(drawing);
    elementOf(current)?.setAttribute("tabindex", "0");
    if (hadFocus) elementOf(current)?.focus();
    mark();
  }

  function mark(): void {
    const shares = model.get("shares");
    stage?.mark(shares);
    root.dataset.selected = String(shares.count);
    count.textContent = shares.count ? `${imagesText(shares.count)} selected in both` : "";
    clear.hidden = shares.count === 0;
  }

  function select({ column, index }: Item, { shiftKey, ctrlKey, metaKey }: MouseEvent | KeyboardEvent): void {
    const { sides, ribbons } = model.get("drawing");
    const [i, j] = column === 1 ? ribbons[index]! : column === 0 ? [index, -1] : [-1, index];
    const wanted = { a: sides[0]?.clusters[i]?.number, b: sides[1]?.clusters[j]?.number };
    send(wanted, ctrlKey || metaKey ? "toggle" : shiftKey ? "add" : "replace");
  }

  /** Brings forward what belongs to an item; null nothing in particular. */
  function highlight(item: Item | null): void {
    const near = new Set(item && ribbonsOf(model.get("drawing"), item));
    place.classList.toggle("imgclust-comparison-hovered", item !== null);
    stage?.elements[1].forEach((each, i) => {
      each.classList.toggle("imgclust-comparison-near", near.has(i));
    });
  }

  function listenTo(each: HTMLElement, item: Item): void {
    const show = (x: number, y: number) => {
      highlight(item);
      tooltip.show(x, y, stage!.words(item.column, item.index));
    };
    const hide = () => {
      highlight(null);
      tooltip.hide();
    };
    each.addEventListener("pointermove", (event) => show(event.clientX, event.clientY));
    each.addEventListener("pointerleave", hide);
    each.addEventListener("blur", hide);
    each.addEventListener("focus", () => {
      elementOf(current)?.setAttribute("tabindex", "-1");
      current = item;
      each.setAttribute("tabindex", "0");
      const { left, top, width, height } = each.getBoundingClientRect();
      if (each.matches(":focus-visible")) show(left + width / 2, top + height / 2);
    });
    each.addEventListener("click", (event) => {
      select(item, event);
      event.stopPropagation();
    });
  }

  place.addEventListener("click", () => send({}, "replace"));
  place.addEventListener("keydown", (event) => {
    if (event.key === "Escape") send({}, "replace");
    else if (event.key === "Enter" || event.key === " ") select(current, event);
    else {
      const next = move(model.get("drawing"), current, event.key);
      if (!next) return;
      elementOf(next)?.focus();
    }
    event.preventDefault();
  });

  const drawSoon = oncePerFrame(signal, draw);
  let width = 0;
  watchSize(signal, place, () => {
    if (place.clientWidth === width) return;
    width = place.clientWidth;
    drawSoon();
  });
  const marked = () => mark();
  model.on("change:drawing", drawSoon);
  model.on("change:shares", marked);
  signal.addEventListener("abort", () => {
    model.off("change:drawing", drawSoon);
    model.off("change:shares", marked);
  });
  draw();
}
