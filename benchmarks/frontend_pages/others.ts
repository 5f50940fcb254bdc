/** What others draw and select points with, for the same points as ours: jupyter-scatter's regl-scatterplot, Embedding Atlas. */
import { EmbeddingView } from "embedding-atlas";
import createScatterplot from "regl-scatterplot";
import { CLUSTER_COLORS } from "../../js/src/palette";
import { makeDataset, traitsAt } from "../../js/src/host/synthetic";
import { parseDataset } from "../../js/src/wire";

let points: { x: Float32Array; y: Float32Array; category: Uint8Array };
let kind: string;
let scatterplot: ReturnType<typeof createScatterplot> | undefined;
let atlas: EmbeddingView | undefined;
let box = { width: 0, height: 0 };
/** null where only the outline is told: which points are in it is a question to Embedding Atlas's database. */
let selected: number | null = null;

const page = {
  async prepare(n: number): Promise<void> {
    const { coordinates, tree } = parseDataset(traitsAt(makeDataset(n), "umap", 1));
    const most = coordinates!.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    points = {
      x: Float32Array.from({ length: n }, (_, row) => coordinates![2 * row]! / most),
      y: Float32Array.from({ length: n }, (_, row) => coordinates![2 * row + 1]! / most),
      category: Uint8Array.from(tree!.clusters(12).labels),
    };
  },

  async open({ library = "", width = 0, height = 0 }): Promise<void> {
    kind = library;
    box = { width, height };
    if (kind !== "jupyter-scatter") return;
    const canvas = document.createElement("canvas");
    document.querySelector("#cell")!.append(canvas);
    scatterplot = createScatterplot({
      canvas,
      ...box,
      pointSize: 3,
      colorBy: "valueA",
      pointColor: [...CLUSTER_COLORS],
    });
    scatterplot.subscribe("select", ({ points }: { points: number[] }) => {
      selected = points.length;
      performance.mark("saved selection");
    });
  },

  publish: () => new Promise((resolve) => setTimeout(() => resolve(draw()))),
  close(): void {
    scatterplot?.destroy();
    atlas?.destroy();
  },
  reset: () => (scatterplot ? scatterplot.reset() : atlas?.update({ viewportState: null })),
  selected: () => selected,
};
(window as any).page = page;

function draw(): Promise<void> | void {
  performance.mark("data");
  if (scatterplot)
    return scatterplot.draw({ x: points.x, y: points.y, valueA: points.category } as any) as Promise<void>;
  atlas = new EmbeddingView(document.querySelector("#cell")!, {
    data: points,
    ...box,
    pixelRatio: devicePixelRatio,
    categoryColors: [...CLUSTER_COLORS],
    config: { mode: "points", autoLabelEnabled: false },
    onRangeSelection: () => performance.mark("saved selection"),
  });
}
