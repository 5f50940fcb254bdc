import { createElement, type IconNode } from "lucide";

/** A lucide icon of our size; what it means is said by the button around it. */
export const icon = (node: IconNode, size = 14): SVGElement =>
  createElement(node, { width: size, height: size, "stroke-width": 1.75, "aria-hidden": "true" });
