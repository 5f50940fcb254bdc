import fc from "fast-check";
import { expect, it } from "vitest";
import { DEFAULT_UI, readUi } from "../src/ui";

it("takes what it has written", () => {
  const ui = {
    ...DEFAULT_UI,
    height: 800,
    shares: [0.2, 0.5, 0.3] as const,
    collapsed: ["map" as const],
    tileSize: 120,
    alone: { map: 300 },
    showAll: true,
  };
  expect(readUi(JSON.parse(JSON.stringify(ui)))).toEqual(ui);
});

it("makes something usable of anything", () => {
  const anything = fc.oneof(
    fc.anything(),
    fc.record({
      height: fc.anything(),
      shares: fc.anything(),
      collapsed: fc.anything(),
      tileSize: fc.anything(),
      tree: fc.anything(),
      alone: fc.oneof(
        fc.anything(),
        fc.record({ map: fc.anything(), tree: fc.double(), other: fc.anything() }),
      ),
    }),
  );
  fc.assert(
    fc.property(anything, (value) => {
      const ui = readUi(value);
      expect(ui.height).toBeGreaterThanOrEqual(320);
      expect(ui.tileSize).toBeLessThanOrEqual(256);
      expect(ui.shares.every((share) => share > 0)).toBe(true);
      expect(ui.collapsed.every((name) => ["tree", "gallery", "map"].includes(name))).toBe(true);
      expect(typeof ui.tree).toBe("object");
      for (const [name, height] of Object.entries(ui.alone)) {
        expect(["tree", "gallery", "map"]).toContain(name);
        expect(height).toBeGreaterThanOrEqual(200);
      }
    }),
  );
});

it("never hides all panes", () => {
  expect(readUi({ collapsed: ["tree", "gallery", "map"] }).collapsed).toEqual([]);
  expect(readUi({ collapsed: ["tree", "tree", "map"] }).collapsed).toEqual(["tree", "map"]);
});
