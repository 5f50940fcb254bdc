/** The widget in an exported file: everything that a kernel would know or do is in the page. */
import { type LabelTraits, parseLabels, withLabels } from "../labels";
import type { DatasetModel, ViewTraits } from "../store";
import { type DatasetTraits, parseDataset } from "../wire";
import { Embedded, readFrom, traitsOf } from "./embedded";
import { keepHistory } from "./history";
import { mountWidget } from "./host";
import { LocalModel } from "./model";
import { answerOffline } from "./offline";

const embedded = new Embedded(readFrom(document));
const traits = traitsOf(embedded.contents.dataset) as unknown as DatasetTraits & LabelTraits;
const dataset = new LocalModel({ ...traits, progress: { state: "done" } });
const view = new LocalModel({
  dataset: "anywidget:dataset",
  step: "",
  travel: { page: "", at: 0 },
  past: { undo: "", redo: "" },
  ...traitsOf(embedded.contents.view),
} as unknown as ViewTraits);

keepHistory(view);
const published = parseDataset(traits);
answerOffline(view, withLabels(published, parseLabels(traits), published), embedded);

const main = document.querySelector<HTMLElement>("#imgclust")!;
main.querySelector("p")?.remove();
await mountWidget(main, view, dataset as unknown as DatasetModel);
