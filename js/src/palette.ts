/**
 * Colours for clusters, categories and numbers (twin: imgclust_jupyter/widget/palette.py).
 *
 * The twelve began as Paul Tol's "bright", "muted" and "vibrant" schemes (Colour Schemes, SRON/EPS/TN/09-002, 2021),
 * which were then moved, each no farther than 0.17 in OKLab and none beyond a chroma of 0.2, until every one has a
 * contrast of at least 3:1 with white and with JupyterLab's dark #212121, and the smallest distance between two, as
 * seen with full protanopia, deuteranopia or tritanopia too (matrices of Machado, Oliveira and Fernandes, 2009), was as
 * large as annealing could make it: 0.06 in OKLab, where Tol's had 0.026. The first few differ most.
 */

export const CLUSTER_COLORS = [
  "#0273C7",
  "#CE3800",
  "#007E00",
  "#AD3DB2",
  "#A89300",
  "#F95A8A",
  "#079C72",
  "#7E88FF",
  "#C37153",
  "#D06FD1",
  "#986494",
  "#6A6E60",
] as const;

/** For rows with no value, and for all rows while there are no clusters yet. */
export const MISSING_COLOR = "#8D949C";

/** matplotlib's viridis (Smith and van der Walt, 2015, CC0) in 64 steps of six digits. */
const VIRIDIS =
  "44015446075a470d6047136548186a481d6f482374482878472d7b46327e453781443b844240864045883e49893d4e8a" +
  "3a538b38588c365c8d34608d32648e31688e2f6c8e2d708e2c738e2a778e297b8e277f8e26828e24868e238a8d218e8d" +
  "20928c1f968b1f9a8a1f9e891fa18721a58523a98326ad812ab07f2fb47c35b7793bbb7542be714ac16d52c5695ac864" +
  "65cb5e6ece5877d15381d34d8bd64695d840a0da39aadc32b5de2bc0df25cae11fd5e21adfe318eae51af4e61efde725";

/** For numbers: perceptually uniform, readable by colour-blind people and in grey. */
const SEQUENCE: readonly string[] = (VIRIDIS.match(/.{6}/g) ?? []).map((digits) => `#${digits}`);

/** As WCAG 2.2 asks of what one must see to understand (1.4.11 Non-text Contrast). */
const LEAST_CONTRAST = 3;

/**
 * The part of the sequence that stands out from a background: from its dark end on white, to its light end on black. A
 * part of a uniform scale is uniform too.
 */
export function sequenceOn(background: string): readonly string[] {
  const seen = SEQUENCE.filter((color) => contrast(color, background) >= LEAST_CONTRAST);
  // On a grey in the middle too little of it would be left.
  return seen.length >= SEQUENCE.length / 2 ? seen : SEQUENCE;
}

/** Of two opaque colours, from 1 to 21, as WCAG defines it. */
export function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

function luminance(css: string): number {
  const [red, green, blue] = rgbOf(css).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** CSS colour of a colour index (of a cluster, or of a category by frequency). */
export function clusterColor(index: number): string {
  return CLUSTER_COLORS[index % CLUSTER_COLORS.length]!;
}

/** "#4477AA" or "rgb(68, 119, 170)" as numbers from 0 to 255. */
export function rgbOf(css: string): [red: number, green: number, blue: number] {
  const parts = css.startsWith("#")
    ? (css.slice(1).match(/../g) ?? []).map((digits) => Number.parseInt(digits, 16))
    : (css.match(/[\d.]+/g) ?? []).map(Number);
  const [red = 0, green = 0, blue = 0] = parts;
  return [red, green, blue];
}
