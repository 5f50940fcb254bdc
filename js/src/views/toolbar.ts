/** What is shown and how: the collection in words, number of clusters, colours, groups, panes. */
import { LayoutGrid, Minus, Network, Plus, ScatterChart } from "lucide";
import { button, element, watch } from "../dom";
import { formatLinkage, plural } from "../format";
import type { Dataset, PaneName, Store } from "../store";
import type { ViewContext } from "./context";
import { icon } from "./icons";
import { PANES } from "./layout";
import { searchField } from "./search";
import { undoButtons } from "./undo";

/** `others` are the last buttons. Returns the field to search in. */
export function mountToolbar(
  el: HTMLElement,
  ctx: ViewContext,
  filterButton: HTMLElement,
  ...others: readonly HTMLElement[]
): HTMLElement {
  const { store } = ctx;
  el.setAttribute("role", "toolbar");
  el.setAttribute("aria-label", "Image clusters");
  const search = searchField(ctx);
  el.append(
    title(ctx),
    clusterStepper(ctx),
    element("div", {
      class: "imgclust-choices",
      children: [
        menu(ctx, "Colour", colorChoices, store.colorBy, store.setColorBy),
        menu(ctx, "Group", groupChoices, store.groupBy, store.setGroupBy),
      ],
    }),
    element("div", { class: "imgclust-finders", children: [search.element, filterButton] }),
    element("div", { class: "imgclust-corner", children: [undoButtons(ctx), paneToggles(ctx), ...others] }),
  );
  return search.input;
}

function describe({ n, header }: Dataset): string[] {
  const parts = [
    header.network,
    header.network && header.metric,
    header.network && formatLinkage(header.linkage),
  ];
  return [plural(n, "image"), ...parts.filter((part) => typeof part === "string" && part !== "")] as string[];
}

function title({ store, signal }: ViewContext): HTMLElement {
  const name = element("strong");
  const facts = element("span", { class: "imgclust-muted" });
  const whole = element("div", { class: "imgclust-title", children: [name, facts] });
  watch(signal, () => {
    const dataset = store.published.value;
    name.textContent = dataset.title;
    facts.textContent = dataset.version === 0 ? "" : describe(dataset).join(" · ");
    whole.title = `${dataset.title} ${facts.textContent}`.trim();
  });
  return whole;
}

function clusterStepper({ store, signal }: ViewContext): HTMLElement {
  const count = element("input", {
    attributes: { type: "number", min: 1, "aria-label": "Number of clusters", title: "Number of clusters" },
  });
  const step = (by: number): void => store.setCut((store.clusters.peek()?.k ?? 1) + by);
  const fewer = button("One cluster fewer", icon(Minus), () => step(-1));
  const more = button("One cluster more", icon(Plus), () => step(1));
  const auto = element("button", {
    class: "imgclust-button imgclust-text-button",
    text: "auto",
    attributes: { type: "button" },
  });
  auto.addEventListener("click", () => store.setCut(store.dataset.peek().header.auto));
  const stepper = element("div", { class: "imgclust-stepper", children: [fewer, count, more, auto] });
  count.addEventListener("change", () => {
    if (count.value !== "") store.setCut(count.valueAsNumber);
    count.value = String(store.clusters.peek()?.k ?? "");
  });
  watch(signal, () => {
    const k = store.clusters.value?.k;
    const { n } = store.dataset.value;
    count.value = String(k ?? "");
    count.max = String(Math.max(1, n));
    count.disabled = k === undefined;
    fewer.disabled = k === undefined || k <= 1;
    more.disabled = k === undefined || k >= n;
    const found = store.dataset.value.header.auto;
    auto.disabled = found === 0;
    auto.setAttribute("aria-pressed", String(k === found));
    auto.title = `As many clusters as there seem to be${found === 0 ? "" : `: ${found}`}`;
  });
  return labelled("Clusters", stepper);
}

type Choice = readonly [value: string, label: string];

function colorChoices({ columns }: Dataset): Choice[] {
  return [["cluster", "cluster"], ...[...columns.keys()].map((name): Choice => [name, name])];
}

function groupChoices({ columns }: Dataset): Choice[] {
  const categories = [...columns.values()].filter(({ kind }) => kind === "category");
  return [["cluster", "cluster"], ...categories.map(({ name }): Choice => [name, name]), ["", "nothing"]];
}

function menu(
  { store, signal }: ViewContext,
  label: string,
  choices: (dataset: Dataset) => readonly Choice[],
  value: Store["colorBy"],
  choose: (name: string) => void,
): HTMLElement {
  const select = element("select", { class: "imgclust-select", attributes: { "aria-label": `${label} by` } });
  select.addEventListener("change", () => choose(select.value));
  watch(signal, () => {
    const offered = choices(store.dataset.value);
    select.replaceChildren(
      ...offered.map(([name, text]) => element("option", { text, attributes: { value: name } })),
    );
    select.value = value.value;
    // A column that is not there (any more) has the effect of the first choice.
    if (select.selectedIndex < 0) select.selectedIndex = 0;
  });
  return labelled(label, select);
}

const PANE_ICONS = { tree: Network, gallery: LayoutGrid, map: ScatterChart } as const;

function paneToggles({ store, signal }: ViewContext): HTMLElement {
  const toggle = (name: PaneName): void => {
    const { collapsed } = store.ui.value;
    store.setUi({
      collapsed: collapsed.includes(name)
        ? collapsed.filter((other) => other !== name)
        : [...collapsed, name],
    });
  };
  const toggles = PANES.map(({ name, label }) => button(label, icon(PANE_ICONS[name]), () => toggle(name)));
  watch(signal, () => {
    const { collapsed } = store.ui.value;
    PANES.forEach(({ name, label }, i) => {
      const shown = !collapsed.includes(name);
      const each = toggles[i]!;
      each.setAttribute("aria-pressed", String(shown));
      each.title = `${shown ? "Hide" : "Show"} the ${label.toLowerCase()}`;
      each.disabled = shown && collapsed.length === PANES.length - 1;
    });
  });
  return element("div", {
    class: "imgclust-toggles",
    attributes: { role: "group", "aria-label": "Panes" },
    children: toggles,
  });
}

const labelled = (label: string, control: HTMLElement): HTMLElement =>
  element("div", {
    class: "imgclust-labelled",
    children: [
      element("span", { class: "imgclust-muted", text: label, attributes: { "aria-hidden": "true" } }),
      control,
    ],
  });
