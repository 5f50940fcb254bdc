/** What the map shows, worked out anew whenever something that it depends on changes. */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import type { ViewContext } from "./context";
import { createMapCamera, type MapCamera } from "./map-camera";
import { Grid } from "./map-grid";
import { clusterPlaces, type Label, liftOf, withoutOverlap } from "./map-labels";
import { labelBox } from "./map-overlay";
import { type PlacedPicture, pictureLevels, placePictures } from "./map-pictures";
import { type PointsState, pointLook } from "./map-points";
import { createPositions } from "./map-positions";
import { type Marks, type Overlay, pictureSizeAt, showsPictures } from "./map-scene";
import { type Extent, toPixelX, toPixelY } from "./map-view";

export interface MapModel {
  readonly camera: MapCamera;
  readonly extent: Signal<Extent>;
  readonly grid: ReadonlySignal<Grid | null>;
  readonly marks: ReadonlySignal<Marks>;
  /** Whether a drag draws a lasso without Shift. */
  readonly isLassoing: Signal<boolean>;
  /** null without a layout, and while the map has no size. */
  readonly points: ReadonlySignal<PointsState | null>;
  readonly overlay: ReadonlySignal<Overlay | null>;
  /** How long points take to where they are now, ms. */
  moveMs(): number;
}

const NOWHERE: readonly number[] = [];

/** `measure` is any canvas: names are measured in the font they are drawn in. */
export function createMapModel(
  { store, theme, signal: abort }: ViewContext,
  measure: CanvasRenderingContext2D | null,
): MapModel {
  const extent = signal<Extent>({ width: 0, height: 0 });
  const isLassoing = signal(false);
  const marks = computed((): Marks => {
    const { marks: chosen } = store.ui.value.map;
    return chosen === "dots" || chosen === "pictures" ? chosen : "auto";
  });
  const { positions, moveMs, isMoving } = createPositions(store.dataset, abort);
  const grid = computed(() => positions.value && new Grid(positions.value));
  const levels = computed(() => positions.value && pictureLevels(positions.value));
  const camera = createMapCamera(grid, extent, moveMs, abort);
  const look = computed(() => pointLook(store.dataset.value.n, camera.zoomLevel(), extent.value));
  const pictureSize = computed(() => pictureSizeAt(camera.zoomLevel()));
  const places = computed(() => {
    const clusters = store.clusters.value;
    return positions.value && clusters && clusterPlaces(positions.value, clusters);
  });

  const points = computed((): PointsState | null => {
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

  const pictures = computed((): readonly PlacedPicture[] => {
    const view = camera.view.value;
    if (!grid.value || !view || marks.value === "dots" || isMoving.value || !levels.value) return [];
    const placed = placePictures(grid.value, levels.value, view, extent.value, pictureSize.value);
    return showsPictures(marks.value, placed.pictures.length, placed.inView) ? placed.pictures : [];
  });

  const labels = computed((): readonly Label[] => {
    const [at, view, clusters] = [positions.value, camera.view.value, store.clusters.value];
    if (!at || !view || !clusters || !places.value || !measure || isMoving.value) return [];
    if (store.coloring.value.column !== "cluster") return [];
    const { width, height } = extent.value;
    const pictured = new Set(pictures.value.map(({ row }) => row));
    const { centre, spread } = places.value;
    const bySize = Array.from(centre.keys()).sort((a, b) => clusters.size[b]! - clusters.size[a]!);
    const boxes: Label[] = [];
    for (const cluster of bySize) {
      const row = centre[cluster]!;
      const [x, y] = [toPixelX(view, at[2 * row]!), toPixelY(view, at[2 * row + 1]!)];
      if (x < 0 || x > width || y < 0 || y > height) continue;
      const box = labelBox(measure, { clusters, theme: theme.value }, cluster, x, y);
      // Twice the spread is where most members end; a point reaches beyond its place by its radius.
      const reach = 2 * spread[cluster]! * view.scale + look.value.size / 2;
      // On the upper edge of a picture rather than across it.
      const up = pictured.has(row) ? pictureSize.value / 2 : liftOf(reach, box);
      boxes.push({ ...box, y: y - up });
    }
    return withoutOverlap(boxes);
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

  return { camera, extent, grid, marks, isLassoing, points, overlay, moveMs };
}
