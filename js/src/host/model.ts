/** A model as anywidget's, without a kernel: for component tests, the dev page and standalone HTML. */
import type { Model } from "../model";

type Handler = (...args: unknown[]) => void;

export interface Message {
  content: unknown;
  buffers: readonly ArrayBufferView[];
}

export class LocalModel<T extends object> implements Model<T> {
  private readonly state: T;
  private readonly handlers = new Map<string, Set<Handler>>();
  private unsaved = new Set<keyof T & string>();
  /** Called with what `save_changes` hands over. */
  onSave: (changes: Partial<T>) => void = () => {};
  /** Who answers custom messages. */
  onMessage: (message: Message) => void = () => {};

  constructor(state: T) {
    this.state = state;
  }

  get<K extends keyof T & string>(key: K): T[K] {
    return this.state[key];
  }

  set<K extends keyof T & string>(key: K, value: T[K]): void {
    this.state[key] = value;
    this.unsaved.add(key);
    this.emit(`change:${key}`);
  }

  save_changes(): void {
    this.onSave(Object.fromEntries(Array.from(this.unsaved, (key) => [key, this.state[key]])) as Partial<T>);
    this.unsaved = new Set();
  }

  on(event: string, handler: Handler | ((message: unknown, buffers: DataView[]) => void)): void {
    const handlers = this.handlers.get(event) ?? new Set();
    this.handlers.set(event, handlers.add(handler as Handler));
  }

  off(event: string, handler: Handler | ((message: unknown, buffers: DataView[]) => void)): void {
    this.handlers.get(event)?.delete(handler as Handler);
  }

  send(content: unknown, _callbacks?: undefined, buffers: ArrayBufferView[] = []): void {
    this.onMessage({ content, buffers });
  }

  /** As when the kernel sets traits: all of them first, then the events. */
  receive(changes: Partial<T>): void {
    Object.assign(this.state, changes);
    for (const key of Object.keys(changes)) this.emit(`change:${key}`);
  }

  /** As when the kernel sends a custom message. */
  receiveMessage(content: unknown, buffers: DataView[] = []): void {
    this.emit("msg:custom", content, buffers);
  }

  private emit(event: string, ...args: unknown[]): void {
    for (const handler of [...(this.handlers.get(event) ?? [])]) handler(...args);
  }
}
