/** What all views of one model share. */
import { computed } from "@preact/signals-core";
import { undoAlone, watchConnection } from "./connection";
import { watch } from "./dom";
import { createLabelling, type Labelling } from "./labelling";
import { createNews, type News } from "./news";
import { createRecords, type Records } from "./records";
import { createReview, type Review } from "./review";
import { createRpc, type Rpc } from "./rpc";
import type { ViewModel } from "./store";
import { createStore, type Store } from "./store";
import { createThumbnails, type Thumbnails } from "./thumbnails";

export interface Session {
  store: Store;
  rpc: Rpc;
  thumbnails: Thumbnails;
  records: Records;
  labelling: Labelling;
  review: Review;
  news: News;
  /** Tells the kernel that one more view of the model is mounted, and when it is gone. */
  countView(signal: AbortSignal): void;
}

export function createSession(model: ViewModel, signal: AbortSignal): Session {
  const store = createStore(model, signal);
  const rpc = createRpc(model, signal);
  watchConnection(model, rpc.disconnect);
  const alone = computed(() => rpc.kernel.value === "gone");
  watch(signal, () => {
    if (!alone.value) return;
    store.stopSending();
    undoAlone(model);
  });
  const labelling = createLabelling(store, rpc, signal);
  let views = 0;

  function tellViews(change: 1 | -1): void {
    views += change;
    // The kernel only saves work by knowing: without an answer nothing is amiss.
    rpc.request("views", { count: views }).catch(() => undefined);
  }

  return {
    store,
    rpc,
    thumbnails: createThumbnails(rpc, store.published, signal),
    records: createRecords(rpc, store.published),
    labelling,
    review: createReview(store, rpc, labelling, signal),
    news: createNews(store, signal),
    countView(mounted) {
      tellViews(1);
      mounted.addEventListener("abort", () => {
        if (!signal.aborted) tellViews(-1);
      });
    },
  };
}
