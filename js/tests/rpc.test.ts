import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LocalModel } from "../src/host/model";
import { createRpc, NotConnected } from "../src/rpc";

interface Sent {
  v: number;
  id: number;
  kind: string;
  body: unknown;
}

function setUp() {
  const model = new LocalModel({});
  const sent: Sent[] = [];
  model.onMessage = ({ content }) => sent.push(content as Sent);
  const life = new AbortController();
  return { model, sent, life, rpc: createRpc(model, life.signal) };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a request", () => {
  it("gets its own answer, in whatever order answers come", async () => {
    const { model, sent, rpc } = setUp();
    const [first, second] = [rpc.request("rows", { ids: [0] }), rpc.request("errors")];
    expect(sent.map(({ v, kind, body }) => ({ v, kind, body }))).toEqual([
      { v: 1, kind: "rows", body: { ids: [0] } },
      { v: 1, kind: "errors", body: {} },
    ]);
    const buffer = new DataView(new ArrayBuffer(2));
    model.receiveMessage({ v: 1, id: sent[1]!.id, ok: true, body: { rows: [] } });
    model.receiveMessage({ v: 1, id: sent[0]!.id, ok: true, body: { a: 1 } }, [buffer]);
    expect(await first).toEqual({ body: { a: 1 }, buffers: [buffer] });
    expect(await second).toEqual({ body: { rows: [] }, buffers: [] });
  });

  it("fails with the kernel's own words", async () => {
    const { model, sent, rpc } = setUp();
    const refused = expect(rpc.request("preview", { id: 99 })).rejects.toThrow("there is no item 99");
    model.receiveMessage({ v: 1, id: sent[0]!.id, ok: false, error: "there is no item 99" });
    await refused;
  });

  it("tells the kernel when it is not wanted any more, and minds no late answer", async () => {
    const { model, sent, rpc } = setUp();
    const wanted = new AbortController();
    const dropped = expect(rpc.request("preview", { id: 1 }, wanted.signal)).rejects.toThrow("abort");
    wanted.abort();
    await dropped;
    expect(sent[1]).toMatchObject({ kind: "cancel", id: sent[0]!.id, body: { id: sent[0]!.id } });
    model.receiveMessage({ v: 1, id: sent[0]!.id, ok: true, body: {} });
    model.receiveMessage({ v: 1, id: sent[0]!.id, ok: false, error: "cancelled" });
    expect(sent).toHaveLength(2);
  });

  it("is not sent when it was not wanted to begin with", async () => {
    const { sent, rpc } = setUp();
    await expect(rpc.request("rows", {}, AbortSignal.abort())).rejects.toThrow("abort");
    expect(sent).toEqual([]);
  });

  it("ends with the model", async () => {
    const { life, rpc } = setUp();
    const ended = expect(rpc.request("rows")).rejects.toThrow("abort");
    life.abort();
    await ended;
  });
});

it("uses numbers of its own, as the kernel answers to all pages", () => {
  const [a, b] = [setUp(), setUp()];
  void a.rpc.request("rows");
  void b.rpc.request("rows");
  expect(a.sent[0]!.id).not.toBe(b.sent[0]!.id);
  expect(Number.isSafeInteger(a.sent[0]!.id)).toBe(true);
});

it("pays no heed to messages that are no answers", () => {
  const { model, rpc } = setUp();
  void rpc.request("rows");
  for (const message of [null, 7, "text", {}, { v: 2, id: 0, ok: true }, { v: 1, id: -5, ok: true }]) {
    expect(() => model.receiveMessage(message)).not.toThrow();
  }
});

it("says that the kernel is busy after five seconds, until it answers", () => {
  const { model, sent, rpc } = setUp();
  void rpc.request("rows");
  vi.advanceTimersByTime(3_000);
  void rpc.request("errors");
  vi.advanceTimersByTime(1_999);
  expect(rpc.kernel.value).toBe("ready");
  vi.advanceTimersByTime(1);
  expect(rpc.kernel.value).toBe("busy");
  model.receiveMessage({ v: 1, id: sent[0]!.id, ok: true });
  expect(rpc.kernel.value).toBe("ready");
  vi.advanceTimersByTime(3_000);
  expect(rpc.kernel.value).toBe("busy");
  model.receiveMessage({ v: 1, id: sent[1]!.id, ok: true });
  expect(rpc.kernel.value).toBe("ready");
  expect(vi.getTimerCount()).toBe(0);
});

describe("without a kernel", () => {
  it("who waits for an answer learns that none will come", async () => {
    const { model, rpc } = setUp();
    const waiting = expect(rpc.request("rows")).rejects.toThrow(NotConnected);
    vi.advanceTimersByTime(6_000);
    expect(rpc.kernel.value).toBe("busy");
    model.onMessage = () => {
      throw new Error("Cannot send");
    };
    vi.advanceTimersByTime(5_000);
    await waiting;
    expect(rpc.kernel.value).toBe("gone");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("what waits and what is asked later is refused, and nothing is sent", async () => {
    const { sent, rpc } = setUp();
    const waiting = expect(rpc.request("rows")).rejects.toThrow(NotConnected);
    rpc.disconnect();
    await waiting;
    expect(rpc.kernel.value).toBe("gone");
    await expect(rpc.request("errors")).rejects.toThrow(NotConnected);
    expect(sent).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("a host that cannot send says so", async () => {
    const { model, rpc } = setUp();
    model.onMessage = () => {
      throw new Error("Cannot send");
    };
    await expect(rpc.request("rows")).rejects.toThrow(NotConnected);
    expect(rpc.kernel.value).toBe("gone");
  });

  it("a request that is dropped is dropped quietly", async () => {
    const { model, rpc } = setUp();
    const wanted = new AbortController();
    const dropped = expect(rpc.request("rows", {}, wanted.signal)).rejects.toThrow("abort");
    model.onMessage = () => {
      throw new Error("Cannot send");
    };
    wanted.abort();
    await dropped;
    expect(rpc.kernel.value).toBe("gone");
  });
});
