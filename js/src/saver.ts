/** Sends changes to the kernel, several together, and never at the rate of a pointer. */
import type { Model } from "./model";

const SAVE_MS = 100;

export class Saver<T extends object> {
  private readonly model: Model<T>;
  private pending: Partial<T> = {};
  private timer: ReturnType<typeof setTimeout> | undefined;
  private due = Number.POSITIVE_INFINITY;
  private isSending = true;

  constructor(model: Model<T>, abort: AbortSignal) {
    this.model = model;
    // What was done last must not be lost when the view goes.
    abort.addEventListener("abort", () => this.flush());
  }

  /** Whether a newer value than the model's is on its way: the kernel's echo of an older one must not undo it. */
  isPending(key: keyof T): boolean {
    return key in this.pending;
  }

  save(changes: Partial<T>, delay = SAVE_MS): void {
    Object.assign(this.pending, changes);
    const due = Date.now() + delay;
    if (due >= this.due) return;
    this.due = due;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), delay);
  }

  /** There is no kernel any more: the model keeps what it is told to itself. */
  stopSending(): void {
    this.isSending = false;
  }

  /** Sends what waits, at once. */
  flush(): void {
    clearTimeout(this.timer);
    this.due = Number.POSITIVE_INFINITY;
    const changes = this.pending;
    if (Object.keys(changes).length === 0) return;
    for (const key of Object.keys(changes) as (keyof T & string)[])
      this.model.set(key, changes[key] as T[typeof key]);
    // Only now: `set` tells our own listeners, which must not read their value back.
    this.pending = {};
    if (this.isSending) this.model.save_changes();
  }
}
