/** Requests to the kernel and their answers, as custom messages (twin: imgclust_jupyter/widget/rpc.py). */
import { computed, type ReadonlySignal, signal } from "@preact/signals-core";
import type { Model } from "./model";

export interface Answer {
  body: Record<string, unknown>;
  buffers: readonly DataView[];
}

export interface Rpc {
  /**
   * Ask the kernel. Aborting the signal tells the kernel to drop the request.
   *
   * @throws Error with the kernel's text when it refuses, `NotConnected` where there is no kernel, or the signal's
   * reason when aborted
   */
  request(
    kind: string,
    body?: object,
    signal?: AbortSignal,
    /** Each the whole of its own memory: Jupyter sends that, not the part. */
    buffers?: ArrayBufferView[],
  ): Promise<Answer>;
  readonly kernel: ReadonlySignal<KernelState>;
}

export interface Line extends Rpc {
  /** There is no kernel: what waits is given up, and nothing is sent any more. */
  disconnect(): void;
}

/** Busy while an answer is overdue, as a cell is running; gone for good, as a cell that is run again makes a new model. */
export type KernelState = "ready" | "busy" | "gone";

export class NotConnected extends Error {
  constructor() {
    super("not connected");
  }
}

interface Pending {
  askedAt: number;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

interface Message {
  v: 1;
  id: number;
  ok: boolean;
  body?: Record<string, unknown>;
  error?: string;
}

const VERSION = 1;
/** Longer than most answers take, and not so long that one wonders. */
const OVERDUE_MS = 5_000;

const isAnswer = (message: unknown): message is Message =>
  typeof message === "object" && message !== null && "ok" in message && "id" in message && "v" in message;

export function createRpc(model: Pick<Model, "send" | "on">, abort: AbortSignal): Line {
  // The kernel answers to every page that shows this model: two pages must not use the same numbers.
  const [base = 0] = crypto.getRandomValues(new Uint32Array(1));
  let next = base * 2 ** 20;
  const pending = new Map<number, Pending>();
  const overdue = signal(false);
  const gone = signal(false);
  const kernel = computed(() => (gone.value ? "gone" : overdue.value ? "busy" : "ready"));
  let timer: ReturnType<typeof setTimeout> | undefined;

  function watchClock(): void {
    clearTimeout(timer);
    const oldest = pending.values().next().value;
    if (oldest === undefined) {
      overdue.value = false;
      return;
    }
    const left = oldest.askedAt + OVERDUE_MS - Date.now();
    overdue.value = left <= 0;
    timer = setTimeout(watchClock, left > 0 ? left : OVERDUE_MS);
    // A kernel that is not there any more is only noticed by sending: this cancels nothing, and is not answered.
    if (left <= 0) send(next++, "cancel", {});
  }

  function send(id: number, kind: string, body: object, buffers?: ArrayBufferView[]): void {
    try {
      model.send({ v: VERSION, id, kind, body }, undefined, buffers);
    } catch {
      disconnect();
    }
  }

  function giveUp(reason: unknown): void {
    clearTimeout(timer);
    for (const { reject } of pending.values()) reject(reason);
    pending.clear();
  }

  function disconnect(): void {
    gone.value = true;
    giveUp(new NotConnected());
  }

  model.on("msg:custom", (message, buffers) => {
    if (!isAnswer(message) || message.v !== VERSION) return;
    const waiting = pending.get(message.id);
    if (waiting === undefined) return;
    pending.delete(message.id);
    watchClock();
    if (message.ok) waiting.resolve({ body: message.body ?? {}, buffers });
    else waiting.reject(new Error(message.error ?? "The kernel gave no reason."));
  });

  abort.addEventListener("abort", () => giveUp(abort.reason));

  return {
    kernel,
    disconnect,
    request(kind, body = {}, cancel, buffers) {
      return new Promise<Answer>((resolve, reject) => {
        if (cancel?.aborted) return reject(cancel.reason);
        if (gone.peek()) return reject(new NotConnected());
        const id = next++;
        const drop = () => {
          if (!pending.delete(id)) return;
          watchClock();
          // A cancel carries the number of what it cancels, and is answered by that request's refusal.
          send(id, "cancel", { id });
          reject(cancel?.reason);
        };
        const done = () => cancel?.removeEventListener("abort", drop);
        pending.set(id, {
          askedAt: Date.now(),
          resolve: (answer) => {
            done();
            resolve(answer);
          },
          reject: (error) => {
            done();
            reject(error);
          },
        });
        cancel?.addEventListener("abort", drop, { once: true });
        send(id, kind, body, buffers);
        watchClock();
      });
    },
  };
}
