/** The anywidget module: one session for each model, one set of views for each output. */
import type { Host } from "./model";
import { createSession, type Session } from "./session";
import type { DatasetModel, ViewModel } from "./store";
import { asPane } from "./ui";
import { mountExplorer } from "./views/explorer";

interface InitializeProps {
  model: ViewModel;
  signal: AbortSignal;
}

interface RenderProps {
  model: ViewModel;
  el: HTMLElement;
  signal: AbortSignal;
  host: Host;
}

export default () => {
  let session: Session | undefined;
  return {
    initialize({ model, signal }: InitializeProps): void {
      session = createSession(model, signal);
    },

    async render({ model, el, signal, host }: RenderProps): Promise<void> {
      if (session === undefined) throw new Error("render was called before initialize");
      // A view in another cell says so on the element that it lends.
      mountExplorer(el, session, signal, asPane(el.dataset.imgclustPane));
      session.countView(signal);
      try {
        const dataset: DatasetModel = await host.getModel(model.get("dataset"));
        if (!signal.aborted) session.store.connect(dataset);
      } catch {
        session.store.reportProblem("The data behind this view is gone. Run the cell again to see it.");
      }
    },
  };
};
