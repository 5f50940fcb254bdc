/** The canvas of the dendrogram: as large as its place, and drawn again when the scene changes. */
import type { Signal } from "@preact/signals-core";
import { element, oncePerFrame, watch, watchSize } from "../dom";
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
  representative,
} from "./dendrogram-margins";
import type { Size, TreeModel } from "./dendrogram-model";

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

  function draw(): void {
    const now = scene.peek();
    const context = canvas.getContext("2d");
    if (now && now.tree.n > 1) cut.place({ ...now.columns, farthest: now.view.farthest }, now.cutHeight);
    else cut.hide();
    if (!context) return;
    const { width, height } = size.peek();
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, width, height);
    if (!now) return;
    const { columns, frame, drawing } = now;
    context.save();
    context.translate(columns.left, AXIS_HEIGHT);
    drawAxis(context, now);
    context.beginPath();
    context.rect(-columns.left, 0, width, frame.height);
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
      drawing.pictures.map(({ node }) => representative(now, node)),
      columns.pictures.size * devicePixelRatio,
    );
  }

  const requestDraw = oncePerFrame(signal, draw);
  watch(signal, () => {
    scene.value;
    thumbnails.onArrival.value;
    requestDraw();
  });

  watchSize(signal, stage, () => {
    const { clientWidth: width, clientHeight: height } = stage;
    canvas.width = Math.round(width * devicePixelRatio);
    canvas.height = Math.round(height * devicePixelRatio);
    size.value = { width, height };
    // A canvas that changes its size is empty until it is drawn: not a frame later.
    draw();
  });
}
