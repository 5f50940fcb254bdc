/** The anywidget module of a comparison. */
import { mountComparison } from "./view";
import type { ComparisonModel } from "./wire";

interface Props {
  model: ComparisonModel;
  signal: AbortSignal;
}

export default () => {
  let views = 0;
  let life: AbortSignal | undefined;

  /** The kernel keeps a comparison that nobody else has as long as it is on a page. */
  function tellViews(model: ComparisonModel, change: 1 | -1): void {
    views += change;
    try {
      model.send({ views });
    } catch {
      // Without a kernel there is nothing to be kept.
    }
  }

  return {
    initialize({ signal }: Props): void {
      life = signal;
    },

    render({ model, el, signal }: Props & { el: HTMLElement }): void {
      mountComparison(el, model, signal);
      tellViews(model, 1);
      signal.addEventListener("abort", () => {
        if (!life?.aborted) tellViews(model, -1);
      });
    },
  };
};
