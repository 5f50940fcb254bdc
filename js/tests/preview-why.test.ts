// @vitest-environment jsdom
import { describe, expect, it, vi } from "vitest";
import { createStore } from "../src/store";
import { whyHere } from "../src/views/preview-why";
import { asProxy, datasetModel, viewModel } from "./dataset";

const ANSWER = {
  body: {
    shown: [3, 9],
    similarity: [0.61, 0.8],
    exact: true,
    classes: [{ name: "<b>ox</b>", share: 0.71, elsewhere: 0.02 }],
  },
  buffers: [new DataView(new ArrayBuffer(4)), new DataView(new ArrayBuffer(4))],
};

function mounted(request: () => Promise<unknown>) {
  const life = new AbortController();
  const store = createStore(viewModel(), life.signal);
  store.connect(asProxy(datasetModel(20)));
  const records = { get: () => undefined } as never;
  const section = whyHere({ store, rpc: { request } as never, records }, life.signal);
  document.body.append(section.element);
  return { section, box: section.element as HTMLDetailsElement, wanted: life.signal };
}

async function open(box: HTMLDetailsElement): Promise<void> {
  box.open = true;
  box.dispatchEvent(new Event("toggle"));
  await new Promise((resolve) => setTimeout(resolve));
}

describe("why a picture is in its cluster", () => {
  it("is asked when somebody wants to know, and for each picture from then on", async () => {
    const request = vi.fn(async () => ANSWER);
    const { section, box, wanted } = mounted(request);
    section.show(2, wanted);
    expect(request).not.toHaveBeenCalled();
    await open(box);
    expect(request).toHaveBeenLastCalledWith("why", { id: 3 }, wanted);
    section.show(5, wanted);
    expect(request).toHaveBeenLastCalledWith("why", { id: 7 }, wanted);
  });

  it("shows the lit pictures and the classes, as text", async () => {
    const { section, box, wanted } = mounted(async () => ANSWER);
    section.show(2, wanted);
    await open(box);
    expect(box.querySelectorAll("img")).toHaveLength(2);
    expect(box.querySelector("tbody th, tr:nth-child(2) th")?.textContent).toBe("<b>ox</b>");
    expect(box.textContent).toContain("61 % alike");
    expect(box.textContent).toContain("71 %");
  });

  it("says why there is none", async () => {
    const { section, box, wanted } = mounted(async () => Promise.reject(new Error("features of your own")));
    section.show(2, wanted);
    await open(box);
    expect(box.textContent).toContain("features of your own");
  });
});
