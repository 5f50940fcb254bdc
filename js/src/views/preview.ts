/** One picture large, with what is known of it; arrow keys lead through the rows it was opened from. */
import { ChevronLeft, ChevronRight } from "lucide";
import { button, element, watch } from "../dom";
import { formatBytes, formatCount, formatValue } from "../format";
import type { ImageRecord } from "../records";
import type { ViewContext } from "./context";
import { openDialog } from "./dialog";
import { icon } from "./icons";

/** Shows `rows[index]`; `onClose` gets the index that was looked at last. */
export type OpenPreview = (rows: ArrayLike<number>, index: number, onClose?: (index: number) => void) => void;

const LARGEST = 2048;

export function createPreview(frame: HTMLElement, ctx: Omit<ViewContext, "openPreview">): OpenPreview {
  return (rows, index, onClose = () => {}) => {
    const life = new AbortController();
    const signal = AbortSignal.any([ctx.signal, life.signal]);
    let current = index;
    const dialog = openDialog(frame, "Picture", "full", ctx.signal, () => {
      life.abort();
      onClose(current);
    });
    const picture = element("div", { class: "imgclust-preview-picture" });
    const details = element("dl", { class: "imgclust-list" });
    const place = element("div", { class: "imgclust-preview-place", attributes: { "aria-live": "polite" } });
    const previous = button("Previous picture", icon(ChevronLeft, 18), () => step(-1));
    const next = button("Next picture", icon(ChevronRight, 18), () => step(1));
    const foot = element("div", { class: "imgclust-preview-foot", children: [previous, place, next] });
    const aside = element("aside", { children: [details, foot] });
    dialog.body.classList.add("imgclust-preview");
    dialog.body.append(picture, aside);

    const size = Math.min(
      LARGEST,
      Math.round(Math.max(frame.clientWidth, frame.clientHeight) * devicePixelRatio),
    );
    let loading = new AbortController();

    function step(by: number): void {
      const to = current + by;
      if (to < 0 || to >= rows.length) return;
      current = to;
      load();
    }

    function load(): void {
      loading.abort();
      loading = new AbortController();
      const row = rows[current]!;
      ctx.records.ask([row]);
      previous.disabled = current === 0;
      next.disabled = current === rows.length - 1;
      place.textContent = `${formatCount(current + 1)} of ${formatCount(rows.length)}`;
      showSmall(row);
      showDetails(row);
      void showLarge(row, AbortSignal.any([signal, loading.signal]));
    }

    /** What is in the cache stands in, stretched, until the large one is here. */
    function showSmall(row: number): void {
      const bitmap = ctx.thumbnails.get(row, 256);
      const canvas = element("canvas", {
        class: "imgclust-preview-standin",
        attributes: { "aria-hidden": "true" },
      });
      if (bitmap) {
        canvas.width = bitmap.width;
        canvas.height = bitmap.height;
        canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
      }
      picture.replaceChildren(canvas);
    }

    async function showLarge(row: number, wanted: AbortSignal): Promise<void> {
      const { ids } = ctx.store.dataset.value;
      try {
        const { buffers } = await ctx.rpc.request("preview", { id: ids[row], size }, wanted);
        const url = URL.createObjectURL(new Blob([buffers[0] as DataView<ArrayBuffer>]));
        wanted.addEventListener("abort", () => URL.revokeObjectURL(url));
        const image = element("img", { attributes: { src: url, alt: "" } });
        await image.decode();
        if (wanted.aborted) return;
        picture.replaceChildren(image);
        showDetails(row);
      } catch (error) {
        if (wanted.aborted) return;
        const reason = error instanceof Error ? error.message : String(error);
        picture.append(
          element("p", { class: "imgclust-error", text: `The picture cannot be shown: ${reason}` }),
        );
      }
    }

    function showDetails(row: number): void {
      const entries = describe(row, ctx.records.get(row), ctx);
      details.replaceChildren(
        ...entries.flatMap(([term, text]) => [
          element("dt", { text: term }),
          element("dd", { text, title: text }),
        ]),
      );
      const name = ctx.records.get(row)?.name;
      if (name === undefined) return;
      dialog.rename(name);
      picture.querySelector("img")?.setAttribute("alt", name);
    }

    watch(signal, () => {
      ctx.records.onArrival.value;
      showDetails(rows[current]!);
    });
    dialog.body.parentElement?.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
      if (by !== undefined) step(by);
      else if (event.key === " " && !(event.target instanceof HTMLButtonElement)) dialog.close();
      else return;
      event.preventDefault();
    });
    load();
  };
}

function describe(
  row: number,
  record: ImageRecord | undefined,
  { store }: Pick<ViewContext, "store">,
): [string, string][] {
  const clusters = store.clusters.value;
  const entries: [string, string][] = [];
  if (clusters !== null) entries.push(["cluster", String(clusters.labels[row]! + 1)]);
  if (record === undefined) return entries;
  const { name, path, size, width, height, ...metadata } = record;
  entries.unshift(["path", path]);
  if (typeof width === "number" && typeof height === "number")
    entries.push(["pixels", `${formatCount(width)} × ${formatCount(height)}`]);
  if (typeof size === "number") entries.push(["file size", formatBytes(size)]);
  for (const [term, value] of Object.entries(metadata)) {
    if (value !== null && value !== undefined)
      entries.push([term, typeof value === "number" ? formatValue(value) : String(value)]);
  }
  return entries;
}
