/** One picture large, with what is known of it and what is like it; arrow keys lead through the rows it was opened from. */
import { ArrowLeft, ChevronLeft, ChevronRight, ImageOff, ListOrdered } from "lucide";
import { shortName } from "../cluster-names";
import { button, element, watch } from "../dom";
import { formatBytes, formatCount, formatValue } from "../format";
import type { ImageRecord } from "../records";
import { NotConnected } from "../rpc";
import type { ViewContext } from "./context";
import { openDialog } from "./dialog";
import { setOptions } from "./gallery-options";
import { icon } from "./icons";
import { kernelNote } from "./kernel-note";
import { similarPictures } from "./preview-similar";
import { whyHere } from "./preview-why";
import { listenToZoom, ZOOM_KEYS } from "./preview-zoom";

/** Shows `rows[index]`; `onClose` gets the index that was looked at last. */
export type OpenPreview = (rows: ArrayLike<number>, index: number, onClose?: (index: number) => void) => void;

const LARGEST = 2048;
/** What may have been shown before, px. */
const SMALL = 256;

export function createPreview(frame: HTMLElement, ctx: Omit<ViewContext, "openPreview">): OpenPreview {
  return (rows, index, onClose = () => {}) => {
    const life = new AbortController();
    const signal = AbortSignal.any([ctx.signal, life.signal]);
    let current = index;
    const dialog = openDialog(frame, "Picture", "full", ctx.signal, () => {
      life.abort();
      onClose(current);
    });
    /** Where clicks on similar pictures have led from. */
    let trail: number[] = [];
    let row = rows[index]!;
    const picture = element("div", { class: "imgclust-preview-picture" });
    const details = element("dl", { class: "imgclust-list" });
    const place = element("div", { class: "imgclust-preview-place", attributes: { "aria-live": "polite" } });
    const previous = button("Previous picture (←)", icon(ChevronLeft, 18), () => step(-1));
    const next = button("Next picture (→)", icon(ChevronRight, 18), () => step(1));
    const back = button("Back to where you came from (Backspace)", icon(ArrowLeft, 18), goBack);
    const foot = element("div", { class: "imgclust-preview-foot", children: [previous, place, back, next] });
    const similar = similarPictures(ctx, signal, (to) => {
      trail.push(row);
      visit(to);
    });
    const sort = element("button", {
      class: "imgclust-button imgclust-text-button imgclust-sort-similar",
      title: "Sort the gallery by similarity to this picture",
      attributes: { type: "button" },
      children: [icon(ListOrdered), "sort the gallery by similarity"],
    });
    sort.addEventListener("click", () => {
      setOptions(ctx.store, { sort: { kind: "similar", id: ctx.store.dataset.peek().ids[row]! } });
      dialog.close();
    });
    if (ctx.store.dataset.peek().header.offline) {
      sort.disabled = true;
      sort.title = "Sorting by similarity needs the notebook's kernel; this is an exported file";
    }
    similar.element.append(sort);
    const why = whyHere(ctx, signal);
    why.element.hidden = ctx.store.dataset.peek().header.offline === true;
    const known = [details, why.element, similar.element];
    const about = element("div", { class: "imgclust-preview-about", children: known });
    const aside = element("aside", { children: [about, foot] });
    const level = element("span", { class: "imgclust-zoom-level", attributes: { "aria-live": "polite" } });
    const small = element("span", { class: "imgclust-preview-small", attributes: { role: "status" } });
    const stage = element("div", { class: "imgclust-preview-stage", children: [picture, level, small] });
    dialog.body.classList.add("imgclust-preview");
    dialog.body.append(stage, aside);
    const zoom = listenToZoom(
      picture,
      () => picture.firstElementChild as HTMLElement | null,
      (scale) => {
        level.textContent = scale === 1 ? "" : `${Math.round(100 * scale)} %`;
      },
      signal,
    );

    const size = Math.min(
      LARGEST,
      Math.round(Math.max(frame.clientWidth, frame.clientHeight) * devicePixelRatio),
    );
    let loading = new AbortController();

    /** To another of the rows it was opened from. */
    function step(by: number): void {
      const to = current + by;
      if (to < 0 || to >= rows.length) return;
      current = to;
      trail = [];
      visit(rows[to]!);
    }

    function goBack(): void {
      const to = trail.pop();
      if (to !== undefined) visit(to);
    }

    function visit(to: number): void {
      row = to;
      const among = Array.prototype.indexOf.call(rows, to);
      if (among >= 0) current = among;
      load();
    }

    function load(): void {
      loading.abort();
      loading = new AbortController();
      const wanted = AbortSignal.any([signal, loading.signal]);
      ctx.records.ask([row]);
      previous.disabled = current === 0;
      next.disabled = current === rows.length - 1;
      back.hidden = trail.length === 0;
      const focused = document.activeElement;
      // The keys must not go with what was clicked, when it is gone or has come to its end.
      if (similar.element.contains(focused) || focused?.matches(":disabled, [hidden]"))
        dialog.body.parentElement?.focus();
      place.textContent = `${formatCount(current + 1)} of ${formatCount(rows.length)}`;
      showSmall(row, wanted);
      showDetails(row);
      zoom.reset();
      void showLarge(row, wanted);
      void similar.show(row, wanted);
      why.show(row, wanted);
    }

    /** What is in the cache stands in, stretched, until the large one is here. */
    function showSmall(row: number, wanted: AbortSignal): void {
      const bitmap = ctx.thumbnails.get(row, SMALL);
      const canvas = element("canvas", {
        class: "imgclust-preview-standin",
        attributes: { "aria-hidden": "true" },
      });
      if (bitmap) {
        canvas.width = bitmap.width;
        canvas.height = bitmap.height;
        canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
      }
      picture.replaceChildren(canvas, kernelNote(ctx, wanted));
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
        image.draggable = false;
        image.style.transform = (picture.firstElementChild as HTMLElement | null)?.style.transform ?? "";
        picture.replaceChildren(image);
        showDetails(row);
      } catch (error) {
        if (wanted.aborted || error instanceof NotConnected) return;
        const reason = error instanceof Error ? error.message : String(error);
        const words = element("p", {
          class: "imgclust-error",
          text: `The picture cannot be shown: ${reason}`,
        });
        // A small one that has been seen before is better than none.
        if (ctx.thumbnails.get(row, SMALL)) picture.append(words);
        else picture.replaceChildren(icon(ImageOff, 32), words);
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
      const record = ctx.records.get(row);
      const image = picture.querySelector("img");
      small.textContent = ctx.store.dataset.peek().header.offline ? describeSmall(image, record) : "";
      if (record === undefined) return;
      dialog.rename(record.name);
      image?.setAttribute("alt", record.name);
    }

    watch(signal, () => {
      ctx.records.onArrival.value;
      showDetails(row);
    });
    dialog.body.parentElement?.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
      const factor = ZOOM_KEYS[event.key];
      if (event.ctrlKey || event.metaKey) return;
      if (by !== undefined) step(by);
      else if (factor !== undefined) zoom.by(factor);
      else if (event.key === "Backspace") goBack();
      else if (event.key === " " && !(event.target instanceof HTMLButtonElement)) dialog.close();
      else return;
      event.preventDefault();
    });
    load();
  };
}

/** An exported file holds no originals: why the picture is soft; empty where it is not. */
function describeSmall(image: HTMLImageElement | null, record: ImageRecord | undefined): string {
  if (image === null || typeof record?.width !== "number" || record.width <= image.naturalWidth) return "";
  return `${image.naturalWidth} × ${image.naturalHeight} pixels in this file; the original is in the notebook`;
}

function describe(
  row: number,
  record: ImageRecord | undefined,
  { store }: Pick<ViewContext, "store">,
): [string, string][] {
  const clusters = store.clusters.value;
  const { columns } = store.dataset.value;
  const entries: [string, string][] = [];
  if (clusters !== null) entries.push(["cluster", shortName(clusters, clusters.labels[row]!)]);
  for (const { name, label, values, categories } of columns.values()) {
    const code = values[row]!;
    if (label && code >= 0) entries.push([name, categories[code]!]);
  }
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
