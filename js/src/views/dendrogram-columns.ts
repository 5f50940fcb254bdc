/** Where things stand across the dendrogram, from the root to the overview; CSS pixels, no DOM. */
import { MAX_ROW_HEIGHT, type TreeView } from "./dendrogram-view";

export interface Columns {
  /** The tree: from the view's farthest distance at `left` to distance 0 at `right`. */
  left: number;
  right: number;
  /** How much of what stands at this height is selected. */
  marks: { x: number; width: number };
  /** The colour of each leaf. */
  band: { x: number; width: number };
  /** Where pictures begin, and their longest side at most. */
  pictures: { x: number; size: number };
  /** Cluster names; null where the pane is too narrow for them. */
  labels: { x: number; width: number } | null;
  overview: { x: number; width: number };
}

/** Largest side of the pictures that stand for collapsed branches. */
const BRANCH_PICTURE = 38;

/** Between pictures, one below the other. */
export const PICTURE_GAP = 2;

export const AXIS_HEIGHT = 28;

const LABEL_ROOM = 84;

/** `characters` is the length of the longest cluster name. */
export function columnsFor(width: number, view: TreeView, characters: number): Columns {
  const overview = { x: width - 9, width: 6 };
  const labelWidth = width >= 280 ? Math.min(Math.max(LABEL_ROOM, 0.37 * width), 7 * characters + 12) : 0;
  const labels = labelWidth > 0 ? { x: overview.x - 3 - labelWidth, width: labelWidth } : null;
  const size = Math.max(BRANCH_PICTURE, Math.min(view.rowHeight, MAX_ROW_HEIGHT) - PICTURE_GAP);
  const pictures = { x: (labels?.x ?? overview.x) - 7 - size, size };
  const band = { x: pictures.x - 9, width: 4 };
  const marks = { x: band.x - 10, width: 7 };
  return { left: 12, right: Math.max(60, marks.x - 3), marks, band, pictures, labels, overview };
}
