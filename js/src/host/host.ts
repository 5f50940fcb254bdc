/** Shows the widget in any element, as anywidget does in a notebook. */
import type { Host } from "../model";
import type { DatasetModel, ViewModel } from "../store";
import widget from "../widget";

/** Returns what takes the widget down again, as when the output is cleared. */
export async function mountWidget(
  el: HTMLElement,
  model: ViewModel,
  dataset: DatasetModel,
): Promise<() => void> {
  const controller = new AbortController();
  const { signal } = controller;
  const host: Host = { getModel: async <M>() => dataset as M };
  const { initialize, render } = widget();
  initialize({ model, signal });
  await render({ model, el, signal, host });
  return () => controller.abort();
}
