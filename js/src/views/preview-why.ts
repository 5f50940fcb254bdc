/** Why the picture that is shown large is in its cluster: where it is like the others, and the classes that bind them. */
import { longName } from "../cluster-names";
import { element } from "../dom";
import { formatShare } from "../format";
import type { ViewContext } from "./context";

interface Why {
  shown: number[];
  similarity: number[];
  exact: boolean;
  classes: { name: string; share: number; elsewhere: number }[];
}

export interface WhySection {
  element: HTMLElement;
  /** For another picture; nothing is asked for while the section is closed. */
  show(row: number, wanted: AbortSignal): void;
}

export function whyHere(
  { store, rpc, records }: Pick<ViewContext, "store" | "rpc" | "records">,
  signal: AbortSignal,
): WhySection {
  const content = element("div", { attributes: { "aria-live": "polite" } });
  const summary = element("summary", { text: "Why in this cluster?" });
  const box = element("details", { class: "imgclust-why", children: [summary, content] });
  let latest: { row: number; wanted: AbortSignal } | null = null;

  async function ask({ row, wanted }: { row: number; wanted: AbortSignal }): Promise<void> {
    content.replaceChildren(element("p", { class: "imgclust-muted", text: "Looking at the pictures …" }));
    try {
      const { ids } = store.dataset.peek();
      const { body, buffers } = await rpc.request("why", { id: ids[row] }, wanted);
      if (!wanted.aborted) draw(body as unknown as Why, buffers, wanted);
    } catch (error) {
      if (wanted.aborted) return;
      const reason = error instanceof Error ? error.message : String(error);
      content.replaceChildren(element("p", { class: "imgclust-muted", text: reason }));
    }
  }

  function draw(why: Why, buffers: readonly DataView[], wanted: AbortSignal): void {
    const { rowOfId } = store.dataset.peek();
    const pictures = why.shown.map((id, i) => {
      const url = URL.createObjectURL(new Blob([buffers[i] as DataView<ArrayBuffer>]));
      wanted.addEventListener("abort", () => URL.revokeObjectURL(url));
      const name =
        i === 0 ? "this picture" : (records.get(rowOfId[id] ?? -1)?.name ?? "the middle of the cluster");
      const alike = `${formatShare(Math.max(0, why.similarity[i]!))} alike`;
      return element("figure", {
        children: [
          element("img", { attributes: { src: url, alt: `${name}: what is lit is like its cluster` } }),
          element("figcaption", { text: i === 0 ? alike : `the middle, ${alike}` }),
        ],
      });
    });
    const classes = why.classes.map(({ name, share, elsewhere }) =>
      element("tr", {
        children: [
          element("th", { text: name, title: name, attributes: { scope: "row" } }),
          element("td", { text: formatShare(share) }),
          element("td", { class: "imgclust-muted", text: formatShare(elsewhere) }),
        ],
      }),
    );
    const clusters = store.clusters.peek();
    const cluster = clusters && latest ? longName(clusters, clusters.labels[latest.row]!) : "this cluster";
    const head = element("tr", {
      children: ["the network sees", "here", "in all"].map((text) =>
        element("th", { text, attributes: { scope: "col" } }),
      ),
    });
    content.replaceChildren(
      element("p", {
        class: "imgclust-muted",
        text: `Lit is what makes the picture like those of ${cluster}${why.exact ? "" : ", found by painting over parts"}.`,
      }),
      element("div", { class: "imgclust-why-pictures", children: pictures }),
      ...(classes.length === 0 ? [] : [element("table", { children: [head, ...classes] })]),
    );
  }

  box.addEventListener("toggle", () => box.open && latest && void ask(latest), { signal });
  return {
    element: box,
    show(row, wanted) {
      latest = { row, wanted };
      content.replaceChildren();
      if (box.open) void ask(latest);
    },
  };
}
