/** Lets things that come and go fade in and out, whatever redraws them. No DOM. */

const FADE_MS = 180;
/** The first frame after a pause is no leap. */
const LONGEST_FRAME_MS = 34;

export class Fader {
  private readonly opacity = new Map<string, number>();
  private last = 0;

  /**
   * How opaque each of these is `now` (ms); what is new begins at nothing, except at the first time of all. Returns
   * also whether any is still on its way, so that there must be another frame.
   */
  step(
    now: number,
    wanted: ReadonlyMap<string, boolean>,
    isStill: boolean,
  ): { isMoving: boolean; of: (key: string) => number } {
    const by = this.last === 0 || isStill ? 1 : Math.min(LONGEST_FRAME_MS, now - this.last) / FADE_MS;
    this.last = now;
    let isMoving = false;
    for (const key of this.opacity.keys()) if (!wanted.has(key)) this.opacity.delete(key);
    for (const [key, isShown] of wanted) {
      const before = this.opacity.get(key) ?? 0;
      const after = isShown ? Math.min(1, before + by) : Math.max(0, before - by);
      this.opacity.set(key, after);
      if (after !== (isShown ? 1 : 0)) isMoving = true;
    }
    return { isMoving, of: (key) => this.opacity.get(key) ?? 0 };
  }
}
