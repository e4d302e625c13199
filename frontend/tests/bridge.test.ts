import { describe, expect, it, vi } from "vitest";
import { meet } from "../src/bridge";
import { stampOf } from "../src/tab";
import {
  A,
  addressOf,
  B,
  C,
  D,
  fillStorage,
  offerOf,
  openWindow,
  PARAM,
  refuseHistory,
  refuseStorage,
  reload,
  transcript,
  traverse,
} from "./support";

const stored = (win: Window) => win.sessionStorage.getItem(`fluxlit:${PARAM}`);
const metas = (win: Window) => win.document.querySelectorAll("meta").length;

describe("a new visitor", () => {
  it("takes the offered id and says so", () => {
    const win = openWindow();
    const { said, say } = transcript();
    meet(win, offerOf(), say);
    expect(said).toEqual([{ protocol: 1, sid: A, source: "offer" }]);
    expect(stored(win)).toBe(A);
  });

  it("keeps the id over F5", () => {
    const first = openWindow();
    meet(first, offerOf({ sid: A }), () => undefined);
    const { said, say } = transcript();
    meet(reload(first), offerOf({ sid: B }), say);
    expect(said).toEqual([{ protocol: 1, sid: A, source: "storage" }]);
  });

  it.each([null, undefined, {}, { ...offerOf(), protocol: 2 }, { ...offerOf(), sid: "x" }])(
    "is left alone by what is no offer: %j",
    (data) => {
      const path = `/?${PARAM}=${A}`;
      const win = openWindow(path);
      const { said, say } = transcript();
      meet(win, data, say);
      expect(said).toEqual([]);
      expect(win.sessionStorage).toHaveLength(0);
      expect(addressOf(win)).toBe(path);
    },
  );
});

describe("a link", () => {
  it.each([
    ["query", `/report?a&${PARAM}=${B}#top`, "/report?a#top"],
    ["fragment", `/report?a#${PARAM}=${B}`, "/report?a"],
  ])("with an id in the %s is followed and stripped", (source, path, clean) => {
    const win = openWindow(path);
    const { said, say } = transcript();
    meet(win, offerOf(), say);
    expect(said).toEqual([{ protocol: 1, sid: B, source }]);
    expect(addressOf(win)).toBe(clean);
    expect(stored(win)).toBe(B);
    expect(win.history).toHaveLength(1);
  });

  it("with two ids is not followed, but stripped", () => {
    const win = openWindow(`/?${PARAM}=${B}&${PARAM}=${C}`);
    const { said, say } = transcript();
    meet(win, offerOf(), say);
    expect(said).toEqual([{ protocol: 1, sid: A, source: "offer" }]);
    expect(addressOf(win)).toBe("/");
  });

  it("to an id that the server does not know leaves the tab its own", () => {
    const first = openWindow();
    meet(first, offerOf({ sid: A, held: true }), () => undefined);
    const win = openWindow(`/#${PARAM}=${B}`);
    win.sessionStorage.setItem(`fluxlit:${PARAM}`, stored(first) ?? "");
    const { said, say } = transcript();
    meet(win, offerOf({ sid: C }), say);
    meet(win, offerOf({ sid: D, refused: [B] }), say);
    expect(said.map(({ sid }) => sid)).toEqual([B, A]);
    expect(stored(win)).toBe(A);
  });

  it("that the server knows replaces the tab's own for good", () => {
    const win = openWindow(`/#${PARAM}=${B}`);
    win.sessionStorage.setItem(`fluxlit:${PARAM}`, A);
    const { said, say } = transcript();
    meet(win, offerOf({ sid: C }), say);
    meet(win, offerOf({ sid: B, held: true }), say);
    meet(win, offerOf({ sid: D, refused: [B] }), say);
    expect(said.map(({ sid }) => sid)).toEqual([B, D]);
  });
});

describe("a held id", () => {
  it("replaces whatever the tab had, silently", () => {
    const win = openWindow(`/?${PARAM}=${B}`);
    win.sessionStorage.setItem(`fluxlit:${PARAM}`, C);
    const { said, say } = transcript();
    meet(win, offerOf({ sid: A, held: true }), say);
    expect(said).toEqual([]);
    expect(stored(win)).toBe(A);
    expect(addressOf(win)).toBe("/");
  });

  it("is this page's memory from then on", () => {
    const win = openWindow();
    const { said, say } = transcript();
    meet(win, offerOf({ sid: A, held: true }), say);
    meet(win, offerOf({ sid: B }), say);
    expect(said).toEqual([{ protocol: 1, sid: A, source: "memory" }]);
  });

  it("is confirmed once when asked for, rotation by rotation", () => {
    const win = openWindow();
    const { said, say } = transcript();
    for (const sid of [A, A, B, B]) meet(win, offerOf({ sid, held: true, confirm: true }), say);
    expect(said.map(({ sid }) => sid)).toEqual([A, B]);
  });

  it("is kept in the URL of a visible address bar, and off the Referer", () => {
    const win = openWindow("/report?a=1#top");
    meet(win, offerOf({ sid: A, held: true, addressBar: "visible" }), () => undefined);
    expect(addressOf(win)).toBe(`/report?a=1&${PARAM}=${A}#top`);
    expect(win.document.querySelector("meta")?.content).toBe("strict-origin");
    expect(stored(win)).toBe(A);
  });

  it("goes from the URL, and the policy with it, when the address bar turns clean", () => {
    const win = openWindow("/");
    meet(win, offerOf({ held: true, addressBar: "visible" }), () => undefined);
    meet(win, offerOf({ held: true }), () => undefined);
    expect(addressOf(win)).toBe("/");
    expect(metas(win)).toBe(0);
  });

  it("replaces the old one in a visible address bar after a rotation", () => {
    const win = openWindow("/");
    meet(win, offerOf({ sid: A, held: true, addressBar: "visible" }), () => undefined);
    meet(win, offerOf({ sid: B, held: true, addressBar: "visible" }), () => undefined);
    win.history.pushState({}, "", "/report");
    expect(addressOf(win)).toBe(`/report?${PARAM}=${B}`);
  });
});

describe("a page that is another visitor's now", () => {
  it.each(["yes", "no", "erase"] as const)("is loaded anew, once: storing %s", (storing) => {
    // What jsdom says when a page is to be loaded.
    const said = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const win = openWindow();
    meet(win, offerOf({ held: true, storing }), () => undefined);
    expect(said).not.toHaveBeenCalled();
    for (let run = 0; run < 2; run += 1)
      meet(win, offerOf({ held: true, sid: B, storing, afresh: "reload" }), () => undefined);
    expect(said).toHaveBeenCalledOnce();
    expect(String(said.mock.calls[0]?.[0])).toContain("navigation");
    said.mockRestore();
  });
});

describe("a clean address bar", () => {
  it("needs no referrer policy", () => {
    const win = openWindow(`/?${PARAM}=${A}`);
    meet(win, offerOf(), () => undefined);
    expect(metas(win)).toBe(0);
  });

  it("that may not be cleaned gets one until it may", () => {
    const win = openWindow(`/?${PARAM}=${A}`);
    const allow = refuseHistory(win);
    const { said, say } = transcript();
    meet(win, offerOf(), say);
    expect(said).toEqual([{ protocol: 1, sid: A, source: "query" }]);
    expect(metas(win)).toBe(1);
    allow();
    meet(win, offerOf({ held: true }), say);
    expect(addressOf(win)).toBe("/");
    expect(metas(win)).toBe(0);
  });
});

describe.each([
  ["storage is refused", refuseStorage],
  ["storage takes nothing", fillStorage],
])("where %s", (_, breakStorage) => {
  it("the id rides in history.state beside the app's, and is found there", () => {
    const first = openWindow();
    breakStorage(first);
    first.history.replaceState({ theirs: 1 }, "");
    meet(first, offerOf({ sid: A }), () => undefined);
    first.history.pushState({}, "", "/report");
    expect(first.history.state).toEqual({ fluxlit: { [PARAM]: A } });

    const second = openWindow("/report");
    breakStorage(second);
    second.history.replaceState(first.history.state, "");
    const { said, say } = transcript();
    meet(second, offerOf({ sid: B }), say);
    expect(said).toEqual([{ protocol: 1, sid: A, source: "history" }]);
  });

  it("going back to an entry from before a rotation brings the new id along", async () => {
    const win = openWindow("/first");
    breakStorage(win);
    meet(win, offerOf({ sid: A, held: true }), () => undefined);
    win.history.pushState({}, "", "/second");
    meet(win, offerOf({ sid: B, held: true }), () => undefined);
    await traverse(win, -1);
    expect(stampOf(win.history.state, PARAM)).toBe(B);
  });
});

describe("where storage and history are both refused", () => {
  it("the page's memory still answers", () => {
    const win = openWindow();
    refuseStorage(win);
    refuseHistory(win);
    const { said, say } = transcript();
    meet(win, offerOf({ sid: A }), say);
    meet(win, offerOf({ sid: B }), say);
    expect(said).toEqual([
      { protocol: 1, sid: A, source: "offer" },
      { protocol: 1, sid: A, source: "memory" },
    ]);
  });
});
