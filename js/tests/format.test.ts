import { expect, it } from "vitest";
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatLinkage,
  formatShare,
  formatValue,
  plural,
} from "../src/format";
import { describeProgress } from "../src/views/status";

it("writes numbers for people", () => {
  expect(formatCount(12400)).toBe("12,400");
  expect([0, 1, 1024].map((count) => plural(count, "image"))).toEqual([
    "0 images",
    "1 image",
    "1,024 images",
  ]);
  expect([999, 1000, 2_345_678, 5e12].map(formatBytes)).toEqual(["999 bytes", "1 kB", "2.35 MB", "5,000 GB"]);
  expect([0.2, 38.4, 120, 4000, 9000].map(formatDuration)).toEqual([
    "1 s",
    "38 s",
    "2 min",
    "67 min",
    "2 h 30 min",
  ]);
  expect([0, 0.004, 0.126, 0.998, 1].map(formatShare)).toEqual([
    "0 %",
    "under 1 %",
    "13 %",
    "over 99 %",
    "100 %",
  ]);
  expect([2021, 0.123456, 12345.6, 3].map(formatValue)).toEqual(["2021", "0.123", "12,346", "3"]);
  expect(["ward", "average"].map(formatLinkage)).toEqual(["Ward", "average"]);
});

it("says how far the work has come", () => {
  const running = {
    state: "running",
    stage: "embed",
    label: "turning images into numbers",
    done: 12400,
    total: 20000,
    rate: 200.4,
    seconds_left: 38,
    message: "",
  } as const;
  expect(describeProgress(running)).toEqual([
    "turning images into numbers",
    "12,400 / 20,000",
    "200 images/s",
    "38 s left",
  ]);
  expect(describeProgress({ ...running, total: 0, rate: null, seconds_left: null })).toEqual([
    "turning images into numbers",
  ]);
  expect(describeProgress({ ...running, state: "cancelled" })).toEqual([
    "stopped: turning images into numbers",
    "12,400 / 20,000",
  ]);
  expect(
    describeProgress({
      ...running,
      state: "waiting",
      total: 0,
      rate: null,
      seconds_left: null,
      message: "waits for dogs",
    }),
  ).toEqual(["waits for dogs"]);
  expect(describeProgress({ ...running, state: "failed", message: "no space left" })).toEqual([
    "no space left",
  ]);
});
