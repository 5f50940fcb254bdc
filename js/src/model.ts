/** The part of an anywidget model that we use; narrower and stricter than @anywidget/types. */

export interface Model<T extends object = object> {
  get<K extends keyof T & string>(key: K): T[K];
  set<K extends keyof T & string>(key: K, value: T[K]): void;
  save_changes(): void;
  on(event: `change:${keyof T & string}`, handler: () => void): void;
  on(event: "msg:custom", handler: (message: unknown, buffers: DataView[]) => void): void;
  /** Jupyter's own: the kernel was restarted, or taken away. */
  on(event: "comm_live_update", handler: () => void): void;
  off(event: `change:${keyof T & string}`, handler: () => void): void;
  off(event: "msg:custom", handler: (message: unknown, buffers: DataView[]) => void): void;
  /** Throws where the kernel has ended. */
  send(content: unknown, callbacks?: undefined, buffers?: ArrayBufferView[]): void;
  readonly widget_manager?: { get_model(id: string): Promise<{ readonly comm_live?: boolean }> };
}

export interface Host {
  getModel<M>(reference: string): Promise<M>;
}
