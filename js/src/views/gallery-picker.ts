/** Selecting in the gallery as in a file manager. No DOM. */
import { type ReadonlySignal, signal } from "@preact/signals-core";
import type { Group } from "../groups";
import { Bitset, combine, modeOf, type SelectMode } from "../selection";
import type { Origin, Store } from "../store";

const PICKED: Origin = { kind: "click", text: "picked in the gallery" };

type Keys = Parameters<typeof modeOf>[0];

export class Picker {
  /** The row that the keys act on. */
  readonly cursor: ReadonlySignal<number | null>;
  private readonly place = signal<number | null>(null);
  private readonly store: Store;
  /** Rows in display order. */
  private readonly order: () => Uint32Array;
  /** Where a range begins, and what else was selected when it began. */
  private anchor: number | null = null;
  private base = new Bitset(0);
  private busy = false;

  constructor(store: Store, order: () => Uint32Array) {
    this.store = store;
    this.order = order;
    this.cursor = this.place;
  }

  /** Whether the change of the selection that is being reported is the gallery's own. */
  get isPicking(): boolean {
    return this.busy;
  }

  /** Another view, or Python, has selected something. */
  startAfresh(): void {
    this.base = this.store.selection.peek().rows;
    this.anchor = null;
  }

  moveCursor(row: number): void {
    this.place.value = row;
  }

  /** Shift selects the range from where the last one was picked; the range can shrink again. */
  pick(row: number, keys: Keys): void {
    this.place.value = row;
    if (keys.shiftKey && this.anchor !== null) {
      const order = this.order();
      const ends = [order.indexOf(this.anchor), order.indexOf(row)];
      const range = Bitset.of(this.base.length, order.subarray(Math.min(...ends), Math.max(...ends) + 1));
      this.select(this.base.union(range), "replace", PICKED);
      return;
    }
    this.select([row], modeOf(keys), PICKED);
    this.anchor = row;
    this.base = this.store.selection.peek().rows;
  }

  pickGroup(group: Group, keys: Keys): void {
    const text = group.by === "cluster" ? group.label.toLowerCase() : `${group.by}: ${group.label}`;
    this.select(group.rows, modeOf(keys), { kind: "group", text });
    this.base = this.store.selection.peek().rows;
  }

  get selected(): Bitset {
    return this.store.selection.peek().rows;
  }

  /** `before` is what was selected when the band was begun: it can shrink again. */
  pickBand(rows: Iterable<number>, before: Bitset, keys: Keys): void {
    const band = Bitset.of(before.length, rows);
    this.select(combine(before, band, modeOf(keys)), "replace", PICKED);
    this.base = this.selected;
    this.anchor = null;
  }

  /** The selection as it was. */
  restore(before: Bitset): void {
    this.select(before, "replace", PICKED);
    this.startAfresh();
  }

  /** `all` are the shown images, also those of collapsed groups. */
  pickAll(all: readonly number[]): void {
    const whole = all.length === this.store.dataset.peek().n;
    this.select(all, "replace", whole ? { kind: "all", text: "all images" } : PICKED);
    this.base = this.store.selection.peek().rows;
  }

  clear(): void {
    this.select([], "replace", { kind: "none", text: "" });
    this.startAfresh();
  }

  private select(rows: Iterable<number> | Bitset, mode: SelectMode, origin: Origin): void {
    this.busy = true;
    this.store.select(rows, mode, origin);
    this.busy = false;
  }
}
