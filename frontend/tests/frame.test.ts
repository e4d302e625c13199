import type { JSDOM } from "jsdom";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { carry, pin, type Transport } from "../src/frame";
import { open } from "../src/post";
import type { Answer } from "../src/protocol";
import { A, offerOf, openWindow } from "./support";

const URL_OF_SCRIPT = "https://app.example/component/bridge/parent-abc.js";
const ANSWER: Answer = { protocol: 1, sid: A, source: "storage" };

let parent: Window;
let frame: Window;

beforeEach(() => {
  parent = openWindow();
  frame = { parent, closed: false } as unknown as Window;
});

function streamlit() {
  const transport = {
    events: new EventTarget(),
    setComponentReady: vi.fn(),
    setComponentValue: vi.fn(),
  };
  const render = (args: unknown) =>
    transport.events.dispatchEvent(new CustomEvent("streamlit:render", { detail: { args } }));
  return { transport: transport satisfies Transport, render };
}

function scripts(): HTMLScriptElement[] {
  return [...parent.document.querySelectorAll("script")];
}

describe("a pinned frame", () => {
  it("is not sent elsewhere, and takes all other attributes", () => {
    const element = parent.document.createElement("iframe");
    element.setAttribute("src", "about:blank");
    pin(element);
    element.setAttribute("src", "/component/index.html?streamlitUrl=report");
    element.setAttribute("height", "7");
    expect(element.getAttribute("src")).toBe("about:blank");
    expect(element.getAttribute("height")).toBe("7");
  });
});

const settled = () => new Promise((resolve) => setTimeout(resolve));

describe("the frame", () => {
  it("puts the bridge into the document around it, and is ready at once", () => {
    const { transport } = streamlit();
    carry(frame, transport, URL_OF_SCRIPT);
    expect(scripts().map(({ src, type }) => [src, type])).toEqual([[URL_OF_SCRIPT, "module"]]);
    expect(transport.setComponentReady).toHaveBeenCalledOnce();
  });

  it("brings offers that came before the bridge was there, and carries the answer back", async () => {
    const { transport, render } = streamlit();
    carry(frame, transport, URL_OF_SCRIPT);
    const offer = offerOf();
    render({ offer: [offer], height: 0 });
    const meet = vi.fn((_win, _data, answer) => answer(ANSWER));
    open(parent, meet);
    scripts()[0]?.dispatchEvent(new (parent as unknown as JSDOM["window"]).Event("load"));
    await settled();
    expect(meet.mock.calls[0]?.slice(0, 2)).toEqual([parent, offer]);
    expect(transport.setComponentValue.mock.calls).toEqual([[{ answer: ANSWER }]]);
  });

  it("uses the bridge that an earlier frame has brought", async () => {
    const meet = vi.fn();
    open(parent, meet);
    const { transport, render } = streamlit();
    carry(frame, transport, URL_OF_SCRIPT);
    render({ offer: [offerOf()] });
    await settled();
    expect(scripts()).toEqual([]);
    expect(meet).toHaveBeenCalledOnce();
  });

  it.each(["error", "load"])("is silent when the script does not start (%s)", async (event) => {
    const { transport, render } = streamlit();
    carry(frame, transport, URL_OF_SCRIPT);
    scripts()[0]?.dispatchEvent(new (parent as unknown as JSDOM["window"]).Event(event));
    render({ offer: [offerOf()] });
    await settled();
    expect(transport.setComponentReady).toHaveBeenCalledOnce();
    expect(transport.setComponentValue).not.toHaveBeenCalled();
  });

  it("is silent where the document around it is out of reach", async () => {
    const far = {
      get document(): never {
        throw new DOMException("cross-origin", "SecurityError");
      },
    };
    const { transport, render } = streamlit();
    carry({ parent: far } as unknown as Window, transport, URL_OF_SCRIPT);
    await settled(); // a failure that nobody waits for yet is an uncaught error in the console
    render({ offer: [offerOf()] });
    render(undefined);
    await settled();
    expect(transport.setComponentReady).toHaveBeenCalledOnce();
  });
});
