/** What the browser remembers about its own look; kept in the model so that a re-run cell or a second view has it. */

export type PaneName = "tree" | "gallery" | "map";

export interface Ui {
  /** CSS pixels. */
  height: number;
  /** CSS pixels of a view in a cell of its own, where it has been changed. */
  alone: Readonly<Partial<Record<PaneName, number>>>;
  /** Share of each pane of the room, in the order tree, gallery, map. */
  shares: readonly [number, number, number];
  collapsed: readonly PaneName[];
  /** Longest side of a gallery tile, CSS pixels. */
  tileSize: number;
  /** Whether the gallery shows all images although some are selected. */
  showAll: boolean;
  /** The label column that is written to. */
  labelColumn: string;
  /** Free for the gallery, the dendrogram and the map. */
  gallery: Readonly<Record<string, unknown>>;
  tree: Readonly<Record<string, unknown>>;
  map: Readonly<Record<string, unknown>>;
}

export const DEFAULT_UI: Ui = {
  height: 620,
  alone: {},
  shares: [0.3, 0.36, 0.34],
  collapsed: [],
  tileSize: 84,
  showAll: false,
  labelColumn: "label",
  gallery: {},
  tree: {},
  map: {},
};

export const TILE_SIZES = { min: 32, max: 256 } as const;
export const HEIGHTS = { min: 320, max: 2000 } as const;
export const HEIGHTS_ALONE = { min: 200, max: 2000 } as const;
export const HEIGHT_ALONE = 440;

const isPane = (value: unknown): value is PaneName =>
  value === "tree" || value === "gallery" || value === "map";

export const asPane = (value: unknown): PaneName | null => (isPane(value) ? value : null);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function within(value: unknown, { min, max }: { min: number; max: number }, fallback: number): number {
  return typeof value === "number" && Number.isFinite(value) ? Math.max(min, Math.min(max, value)) : fallback;
}

function readAlone(value: unknown): Ui["alone"] {
  const entries = Object.entries(isRecord(value) ? value : {}).filter(([name]) => isPane(name));
  return Object.fromEntries(
    entries.map(([name, height]) => [name, within(height, HEIGHTS_ALONE, HEIGHT_ALONE)]),
  );
}

/** One pane at least stays to be seen. */
function readCollapsed(value: unknown): readonly PaneName[] {
  const names = Array.isArray(value) ? [...new Set(value.filter(isPane))] : [];
  return names.length < 3 ? names : DEFAULT_UI.collapsed;
}

/** Whatever the trait holds (an older version's, a person's): anything unusable falls back to the default. */
export function readUi(value: unknown): Ui {
  if (!isRecord(value)) return DEFAULT_UI;
  const { shares, collapsed } = value;
  const usableShares =
    Array.isArray(shares) &&
    shares.length === 3 &&
    shares.every((share) => typeof share === "number" && share > 0.02);
  return {
    height: within(value.height, HEIGHTS, DEFAULT_UI.height),
    alone: readAlone(value.alone),
    shares: usableShares ? [shares[0], shares[1], shares[2]] : DEFAULT_UI.shares,
    collapsed: readCollapsed(collapsed),
    tileSize: within(value.tileSize, TILE_SIZES, DEFAULT_UI.tileSize),
    showAll: value.showAll === true,
    labelColumn:
      typeof value.labelColumn === "string" && value.labelColumn !== ""
        ? value.labelColumn
        : DEFAULT_UI.labelColumn,
    gallery: isRecord(value.gallery) ? value.gallery : DEFAULT_UI.gallery,
    tree: isRecord(value.tree) ? value.tree : DEFAULT_UI.tree,
    map: isRecord(value.map) ? value.map : DEFAULT_UI.map,
  };
}
