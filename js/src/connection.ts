/** Whether a kernel is behind the models: a saved notebook is shown without one, and a restart ends the one there was. */
import { keepHistory } from "./host/history";
import type { ViewModel, ViewTraits } from "./store";

/** Calls when the host says that there is no kernel, or no longer. A host that says nothing of it is taken to have one. */
export function watchConnection(model: ViewModel, onLost: () => void): void {
  async function look(): Promise<void> {
    // The proxy that a widget is given does not say it; the models of Jupyter's own manager do.
    const id = model.get("dataset").replace(/^anywidget:/, "");
    const known = await model.widget_manager?.get_model(id).catch(() => undefined);
    if (known?.comm_live === false) onLost();
  }
  model.on("comm_live_update", () => void look());
  void look();
}

/** The history was the kernel's; a page that has lost it begins one of its own. */
export function undoAlone(model: ViewModel): void {
  keepHistory({
    get: (key) => model.get(key),
    on: (event, handler) => model.on(event as "change:step", handler as () => void),
    receive(changes) {
      for (const name of Object.keys(changes) as (keyof ViewTraits)[])
        model.set(name, changes[name] as never);
    },
  });
  model.set("past", { undo: "", redo: "" });
}
