import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Offer } from "../src/protocol";
import { A, addressOf, B, C, offerOf, openWindow, PARAM } from "./support";

type Entry = typeof import("../src/entry-v2");

let win: Window;
let entry: Entry;

async function load(): Promise<Entry> {
  vi.resetModules();
  return import("../src/entry-v2");
}

beforeEach(async () => {
  win = openWindow(`/?${PARAM}=${B}#top`);
  vi.stubGlobal("window", win);
  entry = await load();
});
afterEach(() => vi.unstubAllGlobals());

/** Streamlit mounts: a new element, and a `setStateValue` of its own. */
function mount(from: Entry = entry) {
  const container = win.document.createElement("div");
  container.dataset.testid = "stElementContainer";
  const parentElement = container
    .appendChild(win.document.createElement("div"))
    .attachShadow({ mode: "open" });
  win.document.body.append(container);
  const setStateValue = vi.fn();
  const render = (data: unknown) => {
    from.default({ data, parentElement, setStateValue });
    return setStateValue;
  };
  return { container, render };
}

const offer = (change: Partial<Offer> = {}) => offerOf({ sid: A, ...change });

describe("the component", () => {
  it("answers an offer once", () => {
    const answer = mount().render(offer());
    expect(answer.mock.calls).toEqual([["answer", { protocol: 1, sid: B, source: "query" }]]);
  });

  it("is silent when the same offer is rendered again", () => {
    const { render } = mount();
    render(offer());
    expect(render(offer())).toHaveBeenCalledTimes(1);
  });

  it("is silent when it is mounted again with the same offer", () => {
    mount().render(offer());
    expect(mount().render(offer())).not.toHaveBeenCalled();
  });

  it("answers a new offer when it is mounted again", () => {
    mount().render(offer());
    const answer = mount().render(offer({ sid: C }));
    expect(answer.mock.calls).toEqual([["answer", { protocol: 1, sid: B, source: "memory" }]]);
  });

  it("answers the same offer again when its answer was refused", () => {
    const { render } = mount();
    render(offer());
    const answer = render(offer({ refused: [B] }));
    expect(answer).toHaveBeenLastCalledWith("answer", { protocol: 1, sid: A, source: "offer" });
    expect(answer).toHaveBeenCalledTimes(2);
  });

  it("is silent when the server holds what it answered", () => {
    const { render } = mount();
    render(offer());
    expect(render(offer({ sid: B, held: true }))).toHaveBeenCalledTimes(1);
  });

  it("confirms a rotated id once, over remounts too", () => {
    const rotated = offer({ sid: C, held: true, confirm: true });
    const { render } = mount();
    render(rotated);
    expect(render(rotated)).toHaveBeenCalledTimes(1);
    expect(mount().render(rotated)).not.toHaveBeenCalled();
  });

  it("does nothing and does not throw for data it cannot read", () => {
    for (const data of [null, undefined, 7, {}, { ...offer(), protocol: 2 }]) {
      expect(mount().render(data)).not.toHaveBeenCalled();
    }
  });

  it("cleans the address bar before it answers", () => {
    const { container } = mount();
    let seen = "";
    entry.default({
      data: offer(),
      parentElement: container,
      setStateValue: () => {
        seen = addressOf(win);
      },
    });
    expect(seen).toBe("/#top");
  });

  it("takes no space, and is hidden from assistive technology", () => {
    const { container, render } = mount();
    render(offer());
    expect(container.style.display).toBe("none");
    expect(container.getAttribute("aria-hidden")).toBe("true");
  });

  it("shares one memory and one patch with a second copy of itself", async () => {
    mount().render(offer());
    const { pushState } = win.history;
    const second = await load();
    expect(second.default).not.toBe(entry.default);
    expect(mount(second).render(offer())).not.toHaveBeenCalled();
    expect(win.history.pushState).toBe(pushState);
  });

  it("keeps two params apart", () => {
    const answer = mount().render(offer({ param: "other" }));
    mount().render(offer());
    expect(answer.mock.calls[0]?.[1]).toEqual({ protocol: 1, sid: A, source: "offer" });
    expect(win.sessionStorage.getItem("fluxlit:other")).toBe(A);
    expect(win.sessionStorage.getItem(`fluxlit:${PARAM}`)).toBe(B);
  });
});
