/** Above the pictures: how many are shown, whether all or the selection, in which order, as what, and how large. */
import { ArrowDown, ArrowUp, LayoutGrid, Table, X } from "lucide";
import { button, element, watch } from "../dom";
import { formatCount, plural } from "../format";
import { BY_TREE, type Sort, sortsAlike } from "../sorting";
import { TILE_SIZES } from "../ui";
import { columnChooser } from "./column-chooser";
import type { ViewContext } from "./context";
import { readOptions, setOptions } from "./gallery-options";
import { overflowing } from "./gallery-overflow";
import { icon } from "./icons";

export interface Shown {
  count: number;
  /** Whether these are all images. */
  all: boolean;
}

/** Below this width sorting and the like go into a menu, CSS pixels. */
const ROOMY = 400;

/** `shown`, `problem` and `columns`, the names of all columns of the table, are read inside effects. */
export function galleryHeader(
  ctx: ViewContext,
  shown: () => Shown,
  problem: () => string,
  columns: () => readonly string[],
  showSelected: () => void,
): HTMLElement {
  const { store, signal } = ctx;
  const text = element("div", { class: "imgclust-pane-title", attributes: { "aria-live": "polite" } });
  const toggle = element("button", {
    class: "imgclust-button imgclust-text-button",
    attributes: { type: "button" },
  });
  toggle.addEventListener("click", () => {
    if (shown().all) showSelected();
    else store.setUi({ showAll: true });
  });

  watch(signal, () => {
    const { count, all } = shown();
    const selected = store.selection.value.count;
    const { n: total, version } = store.published.value;
    if (version === 0) {
      text.replaceChildren(element("strong", { text: "Gallery" }));
      toggle.hidden = true;
      return;
    }
    const rest = selected > 0 && (all || selected !== count) ? ` · ${formatCount(selected)} selected` : "";
    const whole =
      count === total ? plural(count, "image") : `${formatCount(count)} of ${plural(total, "image")}`;
    text.title = `${whole}${rest}`;
    text.replaceChildren(
      element("strong", { text: whole }),
      problem() === ""
        ? element("span", { text: rest })
        : element("span", { class: "imgclust-error", text: ` · ${problem()}` }),
    );
    toggle.hidden = all && selected === 0;
    toggle.textContent = all ? "show selected" : "show all";
    toggle.title = all ? "Show only what is selected" : "Show all images";
  });
  const header = element("div", { class: "imgclust-pane-header imgclust-gallery-header" });
  const options = element("div", {
    class: "imgclust-gallery-options",
    children: [
      labelled("Sort by", ...sortMenu(ctx)),
      labelled("Size", sizeSlider(ctx)),
      labelled("Columns", columnChooser(ctx, columns)),
    ],
  });
  const controls = element("div", {
    class: "imgclust-gallery-controls",
    children: [overflowing(header, options, "Sorting and size", ROOMY, signal), modeToggle(ctx)],
  });
  watch(signal, () => {
    controls.hidden = store.published.value.n === 0;
  });
  header.append(text, toggle, controls);
  return header;
}

/** The words are there where there is room for them: in the menu of a narrow gallery. */
const labelled = (words: string, ...controls: HTMLElement[]): HTMLElement =>
  element("div", {
    class: "imgclust-gallery-option",
    children: [
      element("span", { class: "imgclust-muted", text: words, attributes: { "aria-hidden": "true" } }),
      ...controls,
    ],
  });

interface Choice {
  label: string;
  sort: Sort;
}

const byColumn = (name: string, label = name): Choice => ({
  label,
  sort: { kind: "column", name, descending: false },
});

function sortMenu(ctx: ViewContext): HTMLElement[] {
  const { store, records, signal } = ctx;
  const select = element("select", {
    class: "imgclust-select",
    title: "Sort the images by",
    attributes: { "aria-label": "Sort by" },
  });
  const turn = button("Turn the order round", icon(ArrowUp), () => {
    const { sort } = readOptions(store.ui.peek().gallery);
    if (sort.kind === "similar") setOptions(store, { sort: BY_TREE });
    else setOptions(store, { sort: { ...sort, descending: !sort.descending } });
  });
  let choices: readonly Choice[] = [];
  select.addEventListener("change", () => setOptions(store, { sort: choices[select.selectedIndex]!.sort }));

  watch(signal, () => {
    const { columns, tree, rowOfId } = store.dataset.value;
    const { sort } = readOptions(store.ui.value.gallery);
    records.onArrival.value;
    const names = [...columns.keys()].filter((name) => name !== "name");
    choices = [
      { label: tree ? "tree" : "as given", sort: BY_TREE },
      byColumn("name"),
      ...names.map((name) => byColumn(name)),
      ...(names.includes("size") ? [] : [byColumn("size", "file size")]),
    ];
    if (sort.kind === "similar") {
      const name = records.get(rowOfId[sort.id] ?? -1)?.name ?? "an image";
      choices = [{ label: `like ${name}`, sort }, ...choices];
    } else if (!choices.some((choice) => sortsAlike(choice.sort, sort)) && sort.kind === "column") {
      choices = [...choices, byColumn(sort.name)];
    }
    select.replaceChildren(...choices.map(({ label }) => element("option", { text: label })));
    select.selectedIndex = choices.findIndex((choice) => sortsAlike(choice.sort, sort));
    const [name, node] =
      sort.kind === "similar"
        ? (["Sort by the tree again", X] as const)
        : sort.descending
          ? (["Descending; sort the other way", ArrowDown] as const)
          : (["Ascending; sort the other way", ArrowUp] as const);
    turn.title = name;
    turn.setAttribute("aria-label", name);
    turn.replaceChildren(icon(node));
  });
  return [select, turn];
}

function modeToggle({ store, signal }: ViewContext): HTMLElement {
  const buttons = (
    [
      ["pictures", "As pictures", LayoutGrid],
      ["table", "As a table", Table],
    ] as const
  ).map(([mode, name, node]) => ({
    mode,
    button: button(name, icon(node), () => setOptions(store, { mode })),
  }));
  watch(signal, () => {
    const { mode } = readOptions(store.ui.value.gallery);
    for (const each of buttons) each.button.setAttribute("aria-pressed", String(each.mode === mode));
  });
  return element("div", {
    class: "imgclust-gallery-modes",
    attributes: { role: "group", "aria-label": "Mode" },
    children: buttons.map((each) => each.button),
  });
}

function sizeSlider({ store, signal }: ViewContext): HTMLElement {
  const size = element("input", {
    class: "imgclust-slider",
    title: "Size of the pictures (+ and -)",
    attributes: {
      type: "range",
      min: TILE_SIZES.min,
      max: TILE_SIZES.max,
      step: 4,
      "aria-label": "Size of the pictures",
    },
  });
  size.addEventListener("input", () => store.setUi({ tileSize: Number(size.value) }));
  watch(signal, () => {
    size.value = String(store.ui.value.tileSize);
    size.hidden = readOptions(store.ui.value.gallery).mode === "table";
  });
  return size;
}
