/** What the map shows, worked out anew whenever something that it depends on changes. */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import type { ViewContext } from "./context";
import { createMapCamera, type MapCamera } from "./map-camera";
import { densityContours } from "./map-contours";
import { Grid } from "./map-grid";
import { type Group, type Groups, groupsOf } from "./map-groups";
import { type Label, placeLabels, placesOf } from "./map-labels";
import type { LassoMode, Tool } from "./map-lasso";
import { LABEL_HEIGHT, labelWidth } from "./map-overlay";
import { haveRoom, type PlacedPicture, pictureLevels, placePictures } from "./map-pictures";
import { type PointsState, pointLook } from "./map-points";
import { createPositions } from "./map-positions";
import { enoughPictured, type Marks, type Overlay, pictureSizeAt } from "./map-scene";
import type { Extent } from "./map-view";

export interface MapModel {
  readonly camera: MapCamera;
  readonly extent: Signal<Extent>;
  readonly grid: ReadonlySignal<Grid | null>;
  readonly marks: ReadonlySignal<Marks>;
  readonly hasContours: ReadonlySignal<boolean>;
  /** What a drag does without a key. */
  readonly tool: Signal<Tool>;
  readonly lassoMode: Signal<LassoMode>;
  /** What is named on the map; null where colours stand for numbers. */
  readonly groups: ReadonlySignal<Groups | null>;
  /** null without a layout, and while the map has no size. */
  readonly points: ReadonlySignal<PointsState | null>;
  readonly overlay: ReadonlySignal<Overlay | null>;
  /** How long points take to where they are now, ms. */
  moveMs(): number;
}

const NOWHERE: readonly number[] = [];
const NO_CONTOURS: readonly Float32Array[][] = [];

/** `measure` is any canvas: names are measured in the font they are drawn in. */
export function createMapModel(
  { store, theme, signal: abort }: ViewContext,
  measure: CanvasRenderingContext2D | null,
): MapModel {
  const extent = signal<Extent>({ width: 0, height: 0 });
  const tool = signal<Tool>("pan");
  const lassoMode = signal<LassoMode>("replace");
  const marks = computed((): Marks => {
    const { marks: chosen } = store.ui.value.map;
    return chosen === "dots" || chosen === "pictures" ? chosen : "auto";
  });
  const { positions, moveMs, isMoving } = createPositions(store.published, abort);
  const grid = computed(() => positions.value && new Grid(positions.value, store.visible.value));
  const levels = computed(() => positions.value && pictureLevels(positions.value, store.visible.value));
  const camera = createMapCamera(grid, extent, moveMs, abort);
  const look = computed(() => pointLook(store.published.value.n, camera.zoomLevel(), extent.value));
  const pictureSize = computed(() => pictureSizeAt(camera.zoomLevel()));
  const hasContours = computed(() => store.ui.value.map.contours === true);
  const contours = computed(() =>
    hasContours.value && positions.value
      ? densityContours(positions.value, store.visible.value ?? store.published.value.ids.keys())
      : NO_CONTOURS,
  );
  // The colours are others whenever the column is that they stand for; other columns do not matter.
  const groups = computed(() =>
    groupsOf(store.dataset.peek(), store.clusters.value, store.coloring.value, store.visible.value),
  );
  const places = computed(
    () => positions.value && groups.value && placesOf(positions.value, groups.value, store.visible.value),
  );
  const widths = computed(() => {
    const { fontFamily } = theme.value;
    return new Map(groups.value?.groups.map((group) => [group, labelWidth(measure, fontFamily, group)]));
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
      visible: store.visible.value,
      theme: theme.value,
    };
  });

  const pictures = computed((): readonly PlacedPicture[] => {
    const view = camera.view.value;
    if (!grid.value || !view || marks.value === "dots" || isMoving.value) return [];
    // 0 when pictures are wanted in any case.
    const enough = marks.value === "auto" ? enoughPictured(camera.zoomLevel()) : 0;
    if (!haveRoom(grid.value, view, extent.value, pictureSize.value, enough) || !levels.value) return [];
    const placed = placePictures(grid.value, levels.value, view, extent.value, pictureSize.value);
    return placed.pictures.length >= enough * placed.inView ? placed.pictures : [];
  });

  const labels = computed((): readonly Label[] => {
    const [at, view] = [positions.value, camera.view.value];
    if (!at || !view || !places.value || isMoving.value) return [];
    const pictured = new Set(pictures.value.map(({ row }) => row));
    const widthOf = (group: Group) => widths.value.get(group)!;
    return placeLabels(places.value, {
      positions: at,
      view,
      extent: extent.value,
      pointSize: look.value.size,
      pictureReach: (row) => (pictured.has(row) ? pictureSize.value / 2 : 0),
      widthOf,
      height: LABEL_HEIGHT,
    });
  });

  const overlay = computed((): Overlay | null => {
    if (!points.value) return null;
    return {
      ...points.value,
      pictures: pictures.value,
      pictureSize: pictureSize.value,
      labels: labels.value,
      contours: isMoving.value ? NO_CONTOURS : contours.value,
      pointed: isMoving.value ? NOWHERE : (store.hover.value?.rows ?? NOWHERE),
    };
  });

  return {
    camera,
    extent,
    grid,
    marks,
    hasContours,
    tool,
    lassoMode,
    groups,
    points,
    overlay,
    moveMs,
  };
}
