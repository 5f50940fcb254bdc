/** What is at a point of the map: a group's name, a picture, or a dot. Pixels. */
import type { Grid } from "./map-grid";
import type { Group } from "./map-groups";
import type { Overlay } from "./map-scene";
import { toMapX, toMapY } from "./map-view";

export type MapTarget = { group: Group } | { row: number };

/** How near to a dot counts as on it. */
const REACH = 8;

export function targetAt(overlay: Overlay, grid: Grid, x: number, y: number): MapTarget | null {
  const { labels, pictures, pictureSize, view, look } = overlay;
  const label = labels.find(
    (each) =>
      each.isShown && Math.abs(each.x - x) * 2 <= each.width && Math.abs(each.y - y) * 2 <= each.height,
  );
  if (label) return { group: label.group };
  const half = pictureSize / 2;
  const picture = pictures.find((each) => Math.abs(each.x - x) <= half && Math.abs(each.y - y) <= half);
  if (picture) return { row: picture.row };
  const row = grid.nearest(toMapX(view, x), toMapY(view, y), Math.max(REACH, look.size / 2 + 2) / view.scale);
  return row === null ? null : { row };
}
