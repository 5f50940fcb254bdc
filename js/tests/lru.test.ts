import { expect, it } from "vitest";
import { Lru } from "../src/lru";

it("lets go of what was used least recently, and only of that", () => {
  const released: string[] = [];
  const cache = new Lru<number, string>(
    6,
    (value) => value.length,
    (value) => released.push(value),
  );
  cache.set(1, "aa");
  cache.set(2, "bb");
  cache.set(3, "cc");
  expect(cache.get(1)).toBe("aa");
  cache.set(4, "ddd");
  expect(released).toEqual(["bb", "cc"]);
  expect([1, 2, 3, 4].filter((key) => cache.has(key))).toEqual([1, 4]);
  cache.set(4, "dd");
  expect(released).toEqual(["bb", "cc", "ddd"]);
  cache.clear();
  expect(released.slice(3).sort()).toEqual(["aa", "dd"]);
});

it("keeps a value that is too heavy until the next comes", () => {
  const cache = new Lru<number, number>(5, (value) => value);
  cache.set(1, 9);
  expect(cache.get(1)).toBe(9);
  cache.set(2, 1);
  expect(cache.has(1)).toBe(false);
  expect(cache.get(2)).toBe(1);
});
