/** The labels of a column with their counts: select, rename, look for more; and the choice of the column. */
import { Paintbrush, Pencil, Sparkles } from "lucide";
import { button, element, watch } from "../dom";
import { formatCount, formatShare, plural } from "../format";
import type { LabelCount } from "../labels";
import { CLUSTER_COLORS, clusterColor } from "../palette";
import { Bitset } from "../selection";
import type { ViewContext } from "./context";
import { icon } from "./icons";
import { createPopover, type Popover } from "./popover";

const LONGEST_COLUMN = 60;

/** The button that says which column is written to, and opens the list. */
export function createLabelList(ctx: ViewContext, root: HTMLElement): { button: HTMLElement; list: Popover } {
  const { labelling, signal } = ctx;
  const opener = element("button", {
    class: "imgclust-button imgclust-text-button imgclust-label-column",
    attributes: { type: "button" },
  });
  const list = createPopover(opener, "Labels", (body, life) => fill(body, life, ctx, list.close), signal);
  opener.addEventListener("click", () => list.open());
  root.append(list.element);
  watch(signal, () => {
    const name = labelling.column.value;
    opener.replaceChildren(element("span", { text: name }));
    opener.setAttribute("aria-label", `Labels in the column ${name}`);
    opener.title = `Labels in the column “${name}”; other columns`;
  });
  return { button: opener, list };
}

function fill(body: HTMLElement, life: AbortSignal, ctx: ViewContext, close: () => void): void {
  const { store, labelling } = ctx;
  const entries = element("ul", { class: "imgclust-label-entries" });
  const summary = element("p", { class: "imgclust-muted" });
  body.append(columnChoice(ctx, life), entries, summary, views(ctx, life));
  watch(life, () => {
    const { labels, none } = labelling.ofAll.value;
    const before = entries.contains(document.activeElement);
    entries.replaceChildren(
      ...labels.toSorted((a, b) => a.code - b.code).map((each) => entry(each, ctx, close)),
    );
    // Whoever has renamed one goes on in the list.
    if (before) entries.querySelector("button")?.focus();
    const { n } = store.published.value;
    summary.textContent =
      labels.length === 0
        ? `No image has a ${labelling.column.value} yet. Select some, press L, type, and press Enter.`
        : `${formatCount(n - none)} of ${plural(n, "image")} labelled, ${formatShare((n - none) / n)}`;
  });
}

function columnChoice({ labelling }: ViewContext, life: AbortSignal): HTMLElement {
  const select = element("select", {
    class: "imgclust-select",
    attributes: { "aria-label": "Column of labels" },
  });
  select.addEventListener("change", () => labelling.setColumn(select.value));
  watch(life, () => {
    select.replaceChildren(
      ...labelling.columns.value.map((name) =>
        element("option", { text: name, attributes: { value: name } }),
      ),
    );
    select.value = labelling.column.value;
  });
  const fresh = element("input", {
    class: "imgclust-field",
    attributes: {
      type: "text",
      placeholder: "new column …",
      "aria-label": "New column of labels",
      maxlength: LONGEST_COLUMN,
      spellcheck: "false",
    },
  });
  fresh.addEventListener("keydown", (event) => {
    const name = fresh.value.trim();
    if (event.key !== "Enter" || event.isComposing || name === "") return;
    event.preventDefault();
    labelling.setColumn(name);
    fresh.value = "";
  });
  return element("div", { class: "imgclust-label-columns", children: [select, fresh] });
}

function entry({ label, code, count }: LabelCount, ctx: ViewContext, close: () => void): HTMLElement {
  const { store, labelling, review } = ctx;
  const swatch = element("span", { class: "imgclust-swatch" });
  swatch.style.background = clusterColor(code % CLUSTER_COLORS.length);
  const name = element("button", {
    class: "imgclust-label-name",
    title: `Select the ${plural(count, "image")}; F2 or a double click renames`,
    attributes: { type: "button" },
    children: [
      swatch,
      element("span", { class: "imgclust-label-option", text: label }),
      element("span", { class: "imgclust-muted", text: formatCount(count) }),
    ],
  });
  const row = element("li");
  const rename = (): void =>
    row.replaceChildren(renameField(label, ctx, () => row.replaceChildren(...parts)));
  const pencil = button(`Rename “${label}” (F2)`, icon(Pencil, 12), () => {
    rename();
    row.querySelector("input")?.select();
  });
  const more = button(`Look through what is most like “${label}”`, icon(Sparkles, 12), () => {
    close();
    void review.start(label);
  });
  const parts = [name, more, pencil];
  row.append(...parts);
  name.addEventListener("click", () => {
    const { values } = labelling.current.peek()!;
    const rows = new Bitset(values.length);
    values.forEach((value, at) => {
      if (value === code) rows.add(at);
    });
    store.select(rows, "replace", { kind: "group", text: `${labelling.column.peek()}: ${label}` });
  });
  name.addEventListener("dblclick", () => pencil.click());
  row.addEventListener("keydown", (event) => {
    if (event.key !== "F2") return;
    event.preventDefault();
    pencil.click();
  });
  return row;
}

/** Enter renames (into one that is there already: joins them), Escape does not. */
function renameField(label: string, { labelling }: ViewContext, done: () => void): HTMLElement {
  const input = element("input", {
    class: "imgclust-field",
    attributes: { type: "text", "aria-label": `Another name for “${label}”`, maxlength: 200 },
  });
  input.value = label;
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || (event.key !== "Enter" && event.key !== "Escape")) return;
    event.preventDefault();
    event.stopPropagation();
    const to = input.value.trim();
    const parent = input.closest("li");
    if (event.key === "Enter" && to !== "" && to !== label) void labelling.rename(label, to);
    else {
      done();
      parent?.querySelector("button")?.focus();
    }
  });
  return input;
}

/** A person who labels may want to see it; nothing else changes the colours by itself. */
function views({ store, labelling }: ViewContext, life: AbortSignal): HTMLElement {
  const toggle = (words: string, node: Parameters<typeof icon>[0] | null): HTMLElement =>
    element("button", {
      class: "imgclust-button imgclust-text-button",
      attributes: { type: "button" },
      children: [...(node ? [icon(node, 12)] : []), words],
    });
  const [color, group] = [toggle("colour by it", Paintbrush), toggle("group by it", null)];
  color.addEventListener("click", () => flip(store.colorBy.peek(), store.setColorBy));
  group.addEventListener("click", () => flip(store.groupBy.peek(), store.setGroupBy));
  function flip(now: string, set: (name: string) => void): void {
    const name = labelling.column.peek();
    set(now === name ? "cluster" : name);
  }
  const box = element("div", { class: "imgclust-label-views", children: [color, group] });
  watch(life, () => {
    const name = labelling.column.value;
    box.hidden = labelling.current.value === undefined;
    color.setAttribute("aria-pressed", String(store.colorBy.value === name));
    group.setAttribute("aria-pressed", String(store.groupBy.value === name));
  });
  return box;
}
