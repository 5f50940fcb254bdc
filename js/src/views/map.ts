/** The map: points in the colours of their clusters or of a column, pictures where there is room, a lasso. */
import { computed, signal as state } from "@preact/signals-core";
import { element, oncePerFrame, watch } from "../dom";
import { plural } from "../format";
import { modeOf, type SelectMode } from "../store";
import type { ViewContext } from "./context";
import { createMapCamera } from "./map-camera";
import { Grid } from "./map-grid";
import { mapHeader } from "./map-header";
import { listenToKeys } from "./map-keys";
import { clusterCentres, withoutOverlap } from "./map-labels";
import { mountLayer } from "./map-layer";
import { mapLegend } from "./map-legend";
import { drawLabels, drawLasso, drawPictures, drawPointed, labelBox } from "./map-overlay";
import { pictureLevels, placePictures } from "./map-pictures";
import { listenToPointer } from "./map-pointer";
import { pointLook } from "./map-points";
import { createPositions } from "./map-positions";
import { type Marks, type Overlay, pictureSizeAt, showsPictures } from "./map-scene";
import { type Extent, toMapX, toMapY, toPixelX, toPixelY } from "./map-view";

/** How near to a point counts as on it, CSS pixels. */
const REACH = 8;
const NOWHERE: readonly number[] = [];

export function mountMap(el: HTMLElement, ctx: ViewContext): void {
  const { store, theme, thumbnails, records, tooltip, openPreview, signal } = ctx;
  const canvas = element("canvas", { attributes: { "aria-hidden": "true" } });
  const note = element("p", { class: "imgclust-map-note", attributes: { hidden: true } });
  const stage = element("div", {
    class: "imgclust-map-stage",
    attributes: { role: "application", tabindex: 0 },
    children: [canvas],
  });
  const waiting = element("p", { class: "imgclust-pending" });

  const extent = state<Extent>({ width: 0, height: 0 });
  const isLassoing = state(false);
  const outline = state<readonly number[]>(NOWHERE);
  const marks = computed((): Marks => {
    const { marks: chosen } = store.ui.value.map;
    return chosen === "dots" || chosen === "pictures" ? chosen : "auto";
  });
  const { positions, moveMs, isMoving } = createPositions(store.dataset, signal);
  const grid = computed(() => positions.value && new Grid(positions.value));
  const levels = computed(() => positions.value && pictureLevels(positions.value));
  const camera = createMapCamera(grid, extent, moveMs, signal);
  const look = computed(() => pointLook(store.dataset.value.n, camera.zoomLevel()));
  const centres = computed(() => {
    const clusters = store.clusters.value;
    return positions.value && clusters && clusterCentres(positions.value, clusters);
  });
  el.append(mapHeader(ctx, { camera, extent, isLassoing, marks }), stage, note, waiting);
  stage.append(mapLegend(ctx));
  const context = canvas.getContext("2d");
  const claim = thumbnails.claim(signal);

  const points = computed(() => {
    const [at, view] = [positions.value, camera.view.value];
    if (!at || !view) return null;
    return {
      positions: at,
      view,
      extent: extent.value,
      look: look.value,
      coloring: store.coloring.value,
      selection: store.selection.value,
      theme: theme.value,
    };
  });
  mountLayer(stage, points, moveMs, note, signal);

  const pictureSize = computed(() => pictureSizeAt(camera.zoomLevel()));
  const pictures = computed(() => {
    const view = camera.view.value;
    if (!grid.value || !view || marks.value === "dots" || isMoving.value || !levels.value) return [];
    const placed = placePictures(grid.value, levels.value, view, extent.value, pictureSize.value);
    return showsPictures(marks.value, placed.pictures.length, placed.inView) ? placed.pictures : [];
  });

  const labels = computed(() => {
    const [at, view, clusters] = [positions.value, camera.view.value, store.clusters.value];
    if (!at || !view || !clusters || !centres.value || !context || isMoving.value) return [];
    if (store.coloring.value.column !== "cluster") return [];
    const rows = centres.value;
    const pictured = new Set(pictures.value.map(({ row }) => row));
    const bySize = Array.from(rows.keys()).sort((a, b) => clusters.size[b]! - clusters.size[a]!);
    const boxes = bySize.map((cluster) => {
      const row = rows[cluster]!;
      const [x, y] = [toPixelX(view, at[2 * row]!), toPixelY(view, at[2 * row + 1]!)];
      // On the upper edge of a picture rather than across it.
      const up = pictured.has(row) ? pictureSize.value / 2 : 0;
      return labelBox(context, { clusters, theme: theme.value }, cluster, x, y - up);
    });
    const { width, height } = extent.value;
    return withoutOverlap(boxes.filter(({ x, y }) => x > 0 && x < width && y > 0 && y < height));
  });

  const overlay = computed((): Overlay | null => {
    if (!points.value) return null;
    return {
      ...points.value,
      clusters: store.clusters.value,
      pictures: pictures.value,
      pictureSize: pictureSize.value,
      labels: labels.value,
      pointed: isMoving.value ? NOWHERE : (store.hover.value?.rows ?? NOWHERE),
    };
  });

  const requestDraw = oncePerFrame(signal, draw);
  watch(signal, () => {
    overlay.value;
    outline.value;
    thumbnails.onArrival.value;
    requestDraw();
  });

  function draw(): void {
    if (!context) return;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, extent.peek().width, extent.peek().height);
    const now = overlay.peek();
    if (!now) return;
    drawPictures(context, now, thumbnails);
    drawLabels(context, now);
    drawPointed(context, now);
    drawLasso(context, outline.peek(), now.theme.accent);
    claim(
      now.pictures.map(({ row }) => row),
      now.pictureSize * devicePixelRatio,
    );
  }

  /** The cluster whose name is at a point. */
  function labelAt(x: number, y: number): number | null {
    const label = labels
      .peek()
      .find((each) => Math.abs(each.x - x) * 2 <= each.width && Math.abs(each.y - y) * 2 <= each.height);
    return label?.cluster ?? null;
  }

  /** The row at a point: its picture, or else its dot. */
  function rowAt(x: number, y: number): number | null {
    const view = camera.view.peek();
    if (!grid.peek() || !view) return null;
    const reach = pictureSize.peek() / 2;
    const picture = pictures
      .peek()
      .find((each) => Math.abs(each.x - x) <= reach && Math.abs(each.y - y) <= reach);
    if (picture) return picture.row;
    const near = Math.max(REACH, look.peek().size / 2 + 2) / view.scale;
    return grid.peek()!.nearest(toMapX(view, x), toMapY(view, y), near);
  }

  function membersOf(cluster: number): Uint32Array {
    const { tree } = store.dataset.peek();
    return tree!.rowsOf(store.clusters.peek()!.node[cluster]!);
  }

  function hoverRows(rows: readonly number[], node: number | null): void {
    const now = store.hover.peek();
    if (now?.source === "map" && now.node === node && now.rows[0] === rows[0]) return;
    store.hover.value = { rows, node, source: "map" };
  }

  function leave(): void {
    tooltip.hide();
    if (store.hover.peek()?.source === "map") store.hover.value = null;
  }

  function select(
    rows: Iterable<number>,
    mode: SelectMode,
    kind: "click" | "group" | "lasso",
    count: number,
  ): void {
    store.select(rows, mode, {
      kind,
      text: kind === "lasso" ? `lasso of ${plural(count, "image")}` : plural(count, "image"),
    });
  }

  listenToPointer(
    stage,
    {
      isLasso: (event) => isLassoing.peek() || event.shiftKey,
      lasso: (corners) => {
        outline.value = [...corners];
      },
      lassoEnd(corners, event) {
        const view = camera.view.peek();
        if (!grid.peek() || !view) return;
        const shape = Float32Array.from(corners, (value, i) =>
          i % 2 === 0 ? toMapX(view, value) : toMapY(view, value),
        );
        const rows = grid.peek()!.inside(shape);
        const mode = event.altKey ? "remove" : event.ctrlKey || event.metaKey ? "add" : "replace";
        select(rows, mode, "lasso", rows.length);
      },
      hover(at) {
        if (!at) {
          leave();
          return;
        }
        const cluster = labelAt(at.x, at.y);
        const row = cluster === null ? rowAt(at.x, at.y) : null;
        stage.classList.toggle("imgclust-map-on-mark", cluster !== null || row !== null);
        if (cluster !== null) {
          tooltip.hide();
          hoverRows(Array.from(membersOf(cluster)), store.clusters.peek()!.node[cluster]!);
        } else if (row !== null) {
          hoverRows([row], null);
          records.ask([row]);
          const clusters = store.clusters.peek();
          const lines = clusters ? [`cluster ${clusters.labels[row]! + 1}`] : [];
          const title = records.get(row)?.name ?? "";
          tooltip.show(at.event.clientX, at.event.clientY, { title, lines, rows: [row] });
        } else leave();
      },
      click(x, y, event) {
        const mode = modeOf(event);
        const cluster = labelAt(x, y);
        const row = rowAt(x, y);
        if (cluster !== null) {
          const rows = membersOf(cluster);
          store.select(rows, mode, { kind: "group", text: `cluster ${cluster + 1}` });
        } else if (row !== null) select([row], mode, "click", 1);
        else if (mode === "replace") store.clearSelection();
      },
      doubleClick(x, y) {
        const row = rowAt(x, y);
        if (row !== null) openPreview([row], 0);
      },
      pan(dx, dy) {
        camera.pan(dx, dy);
      },
      wheel(factor, x, y) {
        leave();
        return camera.zoom(factor, x, y);
      },
    },
    signal,
  );
  listenToKeys(stage, ctx, { camera, extent, isLassoing });

  watch(signal, () => {
    const { n } = store.dataset.value;
    const isShown = positions.value !== null;
    stage.hidden = !isShown;
    waiting.hidden = isShown;
    stage.classList.toggle("imgclust-map-lassoing", isLassoing.value);
    stage.setAttribute(
      "aria-label",
      `Map of ${plural(n, "image")}. Plus and minus zoom, arrow keys move, 0 shows all, L takes the lasso, Escape clears the selection.`,
    );
    waiting.textContent =
      n === 0 ? "The map appears here." : `The map of ${plural(n, "image")} appears here.`;
  });

  const observer = new ResizeObserver(() => {
    const { clientWidth: width, clientHeight: height } = stage;
    canvas.width = Math.round(width * devicePixelRatio);
    canvas.height = Math.round(height * devicePixelRatio);
    extent.value = { width, height };
    draw();
  });
  observer.observe(stage);
  signal.addEventListener("abort", () => {
    observer.disconnect();
    leave();
  });
}
