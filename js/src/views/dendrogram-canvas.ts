/** The canvas of the dendrogram: as large as its place, and drawn again when the scene changes. */
import type { Signal } from "@preact/signals-core";
import { element, watch } from "../dom";
import { fillWithCanvas, type Size } from "./canvas";
import type { ViewContext } from "./context";
import { drawAxis } from "./dendrogram-axis";
import { AXIS_HEIGHT } from "./dendrogram-columns";
import type { CutHandle } from "./dendrogram-cut";
import { drawBranches } from "./dendrogram-draw";
import { drawFocus, drawHover } from "./dendrogram-focus";
import {
  drawBand,
  drawLabels,
  drawMarks,
  drawOverview,
  drawPictures,
  drawPointed,
} from "./dendrogram-margins";
import type { TreeModel } from "./dendrogram-model";

export function mountCanvas(
  stage: HTMLElement,
  { thumbnails, signal }: ViewContext,
  { scene }: TreeModel,
  size: Signal<Size>,
  cut: CutHandle,
): void {
  const canvas = element("canvas", { attributes: { "aria-hidden": "true" } });
  stage.append(canvas);
  const claim = thumbnails.claim(signal);

  const requestDraw = fillWithCanvas(stage, canvas, size, signal, (context) => {
    const now = scene.peek();
    if (!now) return;
    const { columns, frame, drawing } = now;
    context.save();
    context.translate(columns.left, AXIS_HEIGHT);
    drawAxis(context, now);
    context.beginPath();
    context.rect(-columns.left, 0, size.peek().width, frame.height);
    context.clip();
    drawHover(context, now);
    drawBranches(context, now);
    drawFocus(context, now);
    context.translate(-columns.left, 0);
    drawMarks(context, now);
    drawBand(context, now);
    drawPointed(context, now);
    drawLabels(context, now);
    drawOverview(context, now);
    drawPictures(context, now, thumbnails);
    context.restore();
    claim(
      drawing.pictures.map(({ node }) => now.representative(node)),
      columns.pictures.size * devicePixelRatio,
    );
  });

  watch(signal, () => {
    const now = scene.value;
    if (now && now.tree.n > 1) cut.place({ ...now.columns, view: now.view }, now.cutHeight);
    else cut.hide();
  });
  watch(signal, () => {
    scene.value;
    thumbnails.onArrival.value;
    requestDraw();
  });
}
