/** Numbers and dates in words, in the language of the interface. */
import type { DateUnit } from "./wire";

const integers = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const decimals = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

export const formatCount = (value: number): string => integers.format(value);

/** "12 of 37", or only "37" where it is all of them. */
export const formatPart = (part: number, whole: number): string =>
  part === whole ? formatCount(whole) : `${formatCount(part)} of ${formatCount(whole)}`;

/** "1 image", "2,000 images". */
export const plural = (count: number, noun: string): string =>
  `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;

/** Without separators up to four digits, as it may be a year. */
export function formatValue(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 10_000) return String(value);
  return Math.abs(value) >= 1000 ? integers.format(value) : decimals.format(value);
}

/** As ISO 8601 and inputs have it: "2024-03-30", "2024-03-30T14:05"; empty for what is too far from 1970 for a `Date`. */
export function isoDate(seconds: number, unit: DateUnit): string {
  const date = new Date(1000 * seconds);
  if (Number.isNaN(date.getTime())) return "";
  const text = date.toISOString();
  return text.slice(0, text.indexOf("T") + (unit === "day" ? 0 : 6));
}

/** A value of a column, or of its scale: "0.12", "2024-03-30", "2024-03-30 14:05". */
export function formatValueOf({ date }: { date?: DateUnit }, value: number): string {
  return (date && isoDate(value, date).replace("T", " ")) || formatValue(value);
}

/** Whole percents, but never none of something nor all of less: "12 %", "under 1 %", "over 99 %". */
export function formatShare(share: number): string {
  if (share > 0 && share < 0.01) return "under 1 %";
  if (share < 1 && share > 0.99) return "over 99 %";
  return `${Math.round(100 * share)} %`;
}

export function formatBytes(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${decimals.format(value)} ${units[unit]}`;
}

/** Coarse, as every estimate is: "8 s", "3 min", "1 h 20 min". */
export function formatDuration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const LINKAGES: Readonly<Record<string, string>> = { ward: "Ward" };

export const formatLinkage = (linkage: string): string => LINKAGES[linkage] ?? linkage;
