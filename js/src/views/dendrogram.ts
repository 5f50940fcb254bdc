/** The dendrogram: root at the left, images at the right. Everything that moves under the pointer is computed here. */
import { computed, signal as state } from "@preact/signals-core";
import { element, oncePerFrame, watch } from "../dom";
import { plural } from "../format";
import type { SelectMode } from "../store";
import { modeOf } from "../store";
import { leafNode } from "../tree";
import type { ViewContext } from "./context";
import { drawAxis } from "./dendrogram-axis";
import { createTreeCamera } from "./dendrogram-camera";
import { AXIS_HEIGHT, columnsFor, pictureHeight } from "./dendrogram-columns";
import { mountCut } from "./dendrogram-cut";
import { drawBranches } from "./dendrogram-draw";
import { drawFocus, drawHover } from "./dendrogram-focus";
import { treeHeader } from "./dendrogram-header";
import { nodeAt } from "./dendrogram-hit";
import { mountKeys } from "./dendrogram-keys";
import { layoutTree } from "./dendrogram-layout";
import {
  drawBand,
  drawLabels,
  drawMarks,
  drawOverview,
  drawPictures,
  drawPointed,
  representative,
} from "./dendrogram-margins";
import { selectedBefore } from "./dendrogram-marks";
import { treePaths } from "./dendrogram-paths";
import { listenToPointer } from "./dendrogram-pointer";
import type { Scene } from "./dendrogram-scene";
import { describeBranch } from "./dendrogram-words";

const BOTTOM_AIR = 6;
const MOST_PICTURES = 9;
const NOWHERE: readonly number[] = [];

export function mountDendrogram(el: HTMLElement, ctx: ViewContext): void {
  const { store, theme, thumbnails, records, tooltip, openPreview, signal } = ctx;
  const canvas = element("canvas", { attributes: { "aria-hidden": "true" } });
  const stage = element("div", {
    class: "imgclust-tree-stage",
    attributes: { role: "tree", tabindex: 0 },
    children: [canvas],
  });
  const waiting = element("p", { class: "imgclust-pending" });

  el.append(stage, waiting);

  const size = state({ width: 0, height: 0 });
  const tree = computed(() => store.dataset.value.tree);
  const paths = computed(() => tree.value && treePaths(tree.value));
  const before = computed(() => tree.value && selectedBefore(tree.value, store.selection.value.rows));
  const room = computed(() => Math.max(0, size.value.height - AXIS_HEIGHT - BOTTOM_AIR));
  const camera = createTreeCamera(tree, room, signal);
  const cut = mountCut(stage, ctx);
  const keys = mountKeys(stage, ctx, camera, { describe, select, open });
  el.append(
    treeHeader(ctx, camera, () => room.peek() / 2),
    stage,
    waiting,
  );
  const claim = thumbnails.claim(signal);

  const scene = computed((): Scene | null => {
    const [of, view, clusters] = [tree.value, camera.view.value, store.clusters.value];
    if (!of || !view || !clusters || !paths.value || !before.value || size.value.width === 0) return null;
    const columns = columnsFor(size.value.width, view);
    const frame = {
      width: columns.right - columns.left,
      height: room.value,
      pictureHeight: pictureHeight(view),
    };
    const hover = store.hover.value;
    return {
      tree: of,
      view,
      columns,
      frame,
      drawing: layoutTree(of, paths.value, view, frame),
      clusters,
      coloring: store.coloring.value,
      selectedBefore: before.value,
      theme: theme.value,
      cutHeight: store.cut.value.height ?? of.heightForCount(clusters.k),
      hovered: hover?.node ?? null,
      focused: keys.focused.value,
      pointed: hover && hover.node === null ? hover.rows : NOWHERE,
    };
  });

  function describe(node: number) {
    const [of, clusters, counts] = [tree.value, store.clusters.value, before.value];
    return of && clusters && counts ? describeBranch(of, node, clusters, counts) : null;
  }

  function select(node: number, mode: SelectMode): void {
    const of = tree.peek();
    if (!of) return;
    const kind = node < 0 ? "click" : "branch";
    const text = node < 0 ? plural(1, "image") : `branch of ${plural(of.sizeOf(node), "image")}`;
    store.select(of.rowsOf(node), mode, { kind, text });
  }

  /** A branch fills the view, an image is shown large with its neighbours beside it. */
  function open(node: number): void {
    const of = tree.peek();
    if (node >= 0) camera.enter(node);
    else if (of)
      openPreview(of.leafOrder, of.startOf(node), (position) =>
        keys.startFrom(leafNode(of.leafOrder[position]!)),
      );
  }

  function hover(node: number | null, event?: PointerEvent): void {
    const of = tree.peek();
    const now = scene.peek();
    if (node === null || !of || !now || !event) {
      tooltip.hide();
      if (store.hover.peek()?.source === "tree") store.hover.value = null;
      return;
    }
    if (store.hover.peek()?.node !== node) {
      store.hover.value = { rows: Array.from(of.rowsOf(node)), node, source: "tree" };
    }
    const rows = of.rowsOf(node);
    const shown = Math.min(rows.length, MOST_PICTURES);
    const words = describe(node);
    if (!words) return;
    if (node < 0) {
      records.ask(rows);
      words.title = records.get(rows[0]!)?.name ?? words.title;
    }
    // Spread over the branch, so that they stand for all of it.
    const members = Array.from(
      { length: shown },
      (_, i) => rows[Math.floor(((i + 0.5) * rows.length) / shown)]!,
    );
    tooltip.show(event.clientX, event.clientY, { ...words, rows: members });
  }

  listenToPointer(
    stage,
    {
      hover(at) {
        const now = scene.peek();
        if (!at || !now) return hover(null);
        const onLine = cut.isOnLine(at.x) && at.y > AXIS_HEIGHT;
        const node = onLine ? null : nodeAt(now, at.x, at.y - AXIS_HEIGHT);
        stage.style.cursor = onLine ? "ew-resize" : node === null ? "default" : "pointer";
        hover(node, at.event);
      },
      click(x, y, event) {
        const now = scene.peek();
        if (!now) return;
        const node = nodeAt(now, x, y - AXIS_HEIGHT);
        const mode = modeOf(event);
        if (node === null) {
          if (mode === "replace") store.clearSelection();
          return;
        }
        keys.startFrom(node);
        if (event.altKey) open(node);
        else select(node, mode);
      },
      doubleClick(x, y) {
        const now = scene.peek();
        const node = now && nodeAt(now, x, y - AXIS_HEIGHT);
        if (node !== null) open(node);
      },
      pan: (pixels) => camera.pan(pixels),
      wheel(factor, y) {
        const rowHeight = camera.view.peek()?.rowHeight;
        hover(null);
        camera.zoom(factor, y - AXIS_HEIGHT);
        return factor > 1 || camera.view.peek()?.rowHeight !== rowHeight;
      },
      press(x, y, event) {
        if (!cut.isOnLine(x) || y < AXIS_HEIGHT) return false;
        cut.grab(event);
        return true;
      },
    },
    signal,
  );

  const requestDraw = oncePerFrame(signal, draw);
  watch(signal, () => {
    scene.value;
    thumbnails.onArrival.value;
    requestDraw();
  });

  function draw(): void {
    const now = scene.peek();
    const context = canvas.getContext("2d");
    if (!context) return;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, size.peek().width, size.peek().height);
    if (!now) {
      cut.hide();
      return;
    }
    const { columns, frame, view } = now;
    if (now.tree.n > 1) cut.place({ ...columns, farthest: view.farthest }, now.cutHeight);
    else cut.hide();
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
      now.drawing.pictures.map(({ node }) => representative(now, node)),
      columns.pictures.size * devicePixelRatio,
    );
  }

  watch(signal, () => {
    const isShown = tree.value !== null;
    stage.hidden = !isShown;
    waiting.hidden = isShown;
    const { n } = store.dataset.value;
    waiting.textContent =
      n === 0
        ? "The dendrogram appears here."
        : `The dendrogram of ${plural(n, "image")} appears here when their distances are known.`;
  });

  const observer = new ResizeObserver(() => {
    const { clientWidth: width, clientHeight: height } = stage;
    canvas.width = Math.round(width * devicePixelRatio);
    canvas.height = Math.round(height * devicePixelRatio);
    size.value = { width, height };
    // A canvas that changes its size is empty until it is drawn: not a frame later.
    draw();
  });
  observer.observe(stage);
  signal.addEventListener("abort", () => {
    observer.disconnect();
    if (store.hover.peek()?.source === "tree") store.hover.value = null;
  });
}
