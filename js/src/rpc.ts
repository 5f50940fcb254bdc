/** Requests to the kernel and their answers, as custom messages (twin: imgclust_jupyter/widget/rpc.py). */
import { type ReadonlySignal, signal } from "@preact/signals-core";
import type { Model } from "./model";

export interface Answer {
  body: Record<string, unknown>;
  buffers: readonly DataView[];
}

export interface Rpc {
  /**
   * Ask the kernel. Aborting the signal tells the kernel to drop the request.
   *
   * @throws Error with the kernel's text when it refuses, or the signal's reason when aborted
   */
  request(kind: string, body?: object, signal?: AbortSignal): Promise<Answer>;
  /** True while an answer is overdue: the kernel computes something else, or has gone. */
  readonly busy: ReadonlySignal<boolean>;
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
const OVERDUE_MS = 60_000;

const isAnswer = (message: unknown): message is Message =>
  typeof message === "object" && message !== null && "ok" in message && "id" in message && "v" in message;

export function createRpc(model: Pick<Model, "send" | "on">, abort: AbortSignal): Rpc {
  // The kernel answers to every page that shows this model: two pages must not use the same numbers.
  const [base = 0] = crypto.getRandomValues(new Uint32Array(1));
  let next = base * 2 ** 20;
  const pending = new Map<number, Pending>();
  const busy = signal(false);
  let timer: ReturnType<typeof setTimeout> | undefined;

  function watchClock(): void {
    clearTimeout(timer);
    const oldest = pending.values().next().value;
    if (oldest === undefined) {
      busy.value = false;
      return;
    }
    const left = oldest.askedAt + OVERDUE_MS - Date.now();
    busy.value = left <= 0;
    if (left > 0) timer = setTimeout(watchClock, left);
  }

  function send(id: number, kind: string, body: object): void {
    model.send({ v: VERSION, id, kind, body });
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

  abort.addEventListener("abort", () => {
    clearTimeout(timer);
    for (const { reject } of pending.values()) reject(abort.reason);
    pending.clear();
  });

  return {
    busy,
    request(kind, body = {}, cancel) {
      return new Promise<Answer>((resolve, reject) => {
        if (cancel?.aborted) return reject(cancel.reason);
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
        send(id, kind, body);
        watchClock();
      });
    },
  };
}
