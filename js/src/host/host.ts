/** Shows the widget in any element, as anywidget does in a notebook. */
import type { Host } from "../model";
import type { DatasetModel, ViewModel } from "../store";
import widget from "../widget";

const DATASET = "anywidget:dataset";

export interface Mounted {
  /** Takes the widget down, as when the output is cleared. */
  unmount(): void;
}

export async function mountWidget(
  el: HTMLElement,
  model: ViewModel,
  dataset: DatasetModel,
): Promise<Mounted> {
  const controller = new AbortController();
  const host: Host = {
    getModel: <T extends object>() => Promise.resolve(dataset as unknown as import("../model").Model<T>),
  };
  const { initialize, render } = widget();
  initialize({ model, signal: controller.signal });
  await render({ model, el, signal: controller.signal, host });
  return { unmount: () => controller.abort() };
}

export { DATASET };
