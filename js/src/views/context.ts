/** What every view is given. A view is `mountX(el, ctx)`: it fills `el` and cleans up when `ctx.signal` aborts. */
import type { ReadonlySignal } from "@preact/signals-core";
import type { Labelling } from "../labelling";
import type { News } from "../news";
import type { Records } from "../records";
import type { Review } from "../review";
import type { Rpc } from "../rpc";
import type { Store } from "../store";
import type { Theme } from "../theme";
import type { Thumbnails } from "../thumbnails";
import type { OpenPreview } from "./preview";
import type { Tooltip } from "./tooltip";

export interface ViewContext {
  store: Store;
  thumbnails: Thumbnails;
  records: Records;
  labelling: Labelling;
  review: Review;
  rpc: Rpc;
  theme: ReadonlySignal<Theme>;
  tooltip: Tooltip;
  news: News;
  /** Shows one picture large, over the whole widget. */
  openPreview: OpenPreview;
  signal: AbortSignal;
}
