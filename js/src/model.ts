/** The part of an anywidget model that we use; narrower and stricter than @anywidget/types. */

export interface Model<T extends object = object> {
  get<K extends keyof T & string>(key: K): T[K];
  set<K extends keyof T & string>(key: K, value: T[K]): void;
  save_changes(): void;
  on(event: `change:${keyof T & string}`, handler: () => void): void;
  on(event: "msg:custom", handler: (message: unknown, buffers: DataView[]) => void): void;
  off(event: "msg:custom", handler: (message: unknown, buffers: DataView[]) => void): void;
  send(content: unknown, callbacks?: undefined, buffers?: ArrayBufferView[]): void;
}

export interface Host {
  getModel<M>(reference: string): Promise<M>;
}
