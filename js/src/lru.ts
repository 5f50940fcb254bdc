/** A cache bounded by the weight of its values; what was used least recently goes first. */
export class Lru<K, V> {
  private readonly entries = new Map<K, V>();
  private readonly capacity: number;
  private readonly weigh: (value: V) => number;
  private readonly release: (value: V) => void;
  private weight = 0;

  constructor(
    capacity: number,
    weigh: (value: V) => number = () => 1,
    release: (value: V) => void = () => {},
  ) {
    this.capacity = capacity;
    this.weigh = weigh;
    this.release = release;
  }

  has(key: K): boolean {
    return this.entries.has(key);
  }

  get(key: K): V | undefined {
    const value = this.entries.get(key);
    if (value !== undefined) {
      // A Map remembers the order of insertion: the end is the most recent.
      this.entries.delete(key);
      this.entries.set(key, value);
    }
    return value;
  }

  set(key: K, value: V): void {
    this.remove(key);
    this.entries.set(key, value);
    this.weight += this.weigh(value);
    for (const oldest of this.entries.keys()) {
      if (this.weight <= this.capacity || oldest === key) break;
      this.remove(oldest);
    }
  }

  clear(): void {
    for (const key of [...this.entries.keys()]) this.remove(key);
  }

  remove(key: K): void {
    const value = this.entries.get(key);
    if (value === undefined) return;
    this.entries.delete(key);
    this.weight -= this.weigh(value);
    this.release(value);
  }
}
