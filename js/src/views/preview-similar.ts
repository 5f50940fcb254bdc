/** The pictures most like the one that is shown large; a click leads there. */
import { element, watch } from "../dom";
import { formatValue } from "../format";
import type { ViewContext } from "./context";
import { readIds } from "./gallery-order";
import { markBroken, paintTile } from "./tile";

const COUNT = 12;
const SIDE = 56;

export interface Similar {
  element: HTMLElement;
  /** Those of another picture; what was asked for before is not waited for. */
  show(row: number, wanted: AbortSignal): Promise<void>;
}

export function similarPictures(
  { store, rpc, thumbnails, records }: Pick<ViewContext, "store" | "rpc" | "thumbnails" | "records">,
  signal: AbortSignal,
  go: (row: number) => void,
): Similar {
  const list = element("div", { class: "imgclust-similar-list" });
  const box = element("section", {
    class: "imgclust-similar",
    attributes: { "aria-label": "Similar images" },
    children: [element("h3", { text: "Similar images" }), list],
  });
  const claim = thumbnails.claim(signal);
  let shown: { row: number; canvas: HTMLCanvasElement; button: HTMLElement; distance: number }[] = [];

  watch(signal, () => {
    thumbnails.onArrival.value;
    records.onArrival.value;
    paint();
  });

  function paint(): void {
    for (const { row, canvas, button, distance } of shown) {
      paintTile(canvas, thumbnails.get(row, SIDE * devicePixelRatio), SIDE);
      markBroken(button, thumbnails.problem(row) !== "", SIDE);
      const name = records.get(row)?.name ?? `image ${row + 1}`;
      button.setAttribute("aria-label", name);
      button.title = `${name} · distance ${formatValue(distance)}`;
    }
  }

  async function show(row: number, wanted: AbortSignal): Promise<void> {
    const { ids, rowOfId } = store.dataset.peek();
    try {
      const { buffers } = await rpc.request("similar", { id: ids[row], k: COUNT + 1 }, wanted);
      if (wanted.aborted) return;
      const distances = buffers[1];
      const found = Array.from(readIds(buffers[0]), (id, i) => ({
        row: rowOfId[id] ?? -1,
        distance: distances?.getFloat32(4 * i, true) ?? 0,
      }));
      draw(found.filter((other) => other.row >= 0 && other.row !== row).slice(0, COUNT));
    } catch (error) {
      if (wanted.aborted) return;
      shown = [];
      const reason = error instanceof Error ? error.message : String(error);
      list.replaceChildren(element("p", { class: "imgclust-muted", text: reason }));
    }
  }

  function draw(found: readonly { row: number; distance: number }[]): void {
    shown = found.map(({ row, distance }) => {
      const canvas = element("canvas", { attributes: { "aria-hidden": "true" } });
      const button = element("button", {
        class: "imgclust-similar-picture",
        attributes: { type: "button" },
        children: [canvas],
      });
      button.addEventListener("click", () => go(row));
      return { row, canvas, button, distance };
    });
    list.replaceChildren(...shown.map(({ button }) => button));
    const rows = found.map(({ row }) => row);
    claim(rows, SIDE * devicePixelRatio);
    records.ask(rows);
    paint();
  }

  return { element: box, show };
}
