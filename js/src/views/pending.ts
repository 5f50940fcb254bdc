/** What stands in the place of a view that is not there yet, or will not be. */
import { plural } from "../format";
import type { Store } from "../store";

/** Read inside an effect. */
export function pendingText({ dataset, progress }: Store, what: string): string {
  const { n } = dataset.value;
  const { state } = progress.value;
  if (state === "failed") return `There is no ${what}, as the work has failed.`;
  if (state === "cancelled") return `The work was stopped before there was a ${what}.`;
  return n === 0 ? `The ${what} appears here.` : `The ${what} of ${plural(n, "image")} appears here.`;
}
