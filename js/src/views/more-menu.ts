/** What is seldom wanted: images to look at before others, and the map laid out anew. */
import { Ellipsis } from "lucide";
import { button, element, watch } from "../dom";
import { formatCount } from "../format";
import type { Origin } from "../store";
import { copies, standingApart } from "../working-set";
import type { ViewContext } from "./context";
import { icon } from "./icons";
import { type MenuItem, openMenu } from "./menu";

const APART = 0.01;

export function moreButton({ store, rpc, signal }: ViewContext): HTMLElement {
  const more = button("More", icon(Ellipsis), () => {
    const { right, bottom } = more.getBoundingClientRect();
    // Inside the button it would be a part of its name.
    openMenu(holder, { right, top: bottom + 4 }, "More", items(), signal, more);
  });
  more.setAttribute("aria-haspopup", "menu");
  const holder = element("span", { children: [more] });

  function select(rows: readonly number[], text: string): void {
    const origin: Origin = { kind: "query", text };
    store.select(rows, "replace", origin);
    store.setUi({ showAll: false });
  }

  function items(): MenuItem[] {
    const dataset = store.published.peek();
    const apart = standingApart(dataset, APART);
    const repeated = copies(dataset);
    return [
      ...(apart
        ? [
            {
              label:
                apart.length === 1
                  ? "Select the image that stands apart most"
                  : `Select the ${formatCount(apart.length)} images that stand apart most (1 %)`,
              run: () => select(apart, "stands apart most"),
            },
          ]
        : []),
      ...(repeated && repeated.length > 0
        ? [
            {
              label: `Select all copies but the first (${formatCount(repeated.length)})`,
              run: () => select(repeated, "copies"),
            },
          ]
        : []),
      {
        label: "Lay out anew: tree and map of these images alone",
        run: () => {
          rpc.request("lay_out_anew").catch((error: Error) => store.reportProblem(error.message));
        },
      },
    ];
  }

  watch(signal, () => {
    const { tree, header } = store.published.value;
    // Its place is kept, so that the buttons beside it do not move when the tree comes.
    more.disabled = tree === null;
    holder.hidden = header.offline === true;
  });
  return holder;
}
