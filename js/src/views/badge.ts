/** A mark on a picture: a small icon, or a word. */
import { CircleAlert, Copy, Sparkles } from "lucide";
import type { Badge } from "../badges";
import { element } from "../dom";
import { icon } from "./icons";

const ICONS = { new: Sparkles, outlier: CircleAlert, duplicate: Copy } as const;

export const badgeElement = ({ kind, title, text }: Badge): HTMLElement =>
  element("span", {
    class: `imgclust-mark imgclust-mark-${kind}`,
    title,
    children: [kind === "label" ? (text ?? "") : icon(ICONS[kind], 11)],
  });
