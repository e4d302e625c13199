import { afterEach, describe, expect, it, vi } from "vitest";
import { meet } from "../src/bridge";
import {
  A,
  addressOf,
  B,
  C,
  offerOf,
  openWindow,
  PARAM,
  refuseStorage,
  reload,
  transcript,
} from "./support";

const LINK = "L".repeat(43);
const KEY = `fluxlit:${PARAM}`;
const LOCAL = (win: Window) => win.localStorage.getItem(KEY);

describe("a link to a session", () => {
  it("is told with the first answer, once, and stripped", () => {
    const win = openWindow(`/report?a#part&fluxlit_link=${LINK}`);
    const { said, say } = transcript();
    meet(win, offerOf(), say);
    meet(win, offerOf({ sid: B, held: true }), say);
    meet(win, offerOf({ sid: B, held: true }), say);
    expect(said).toEqual([{ protocol: 1, sid: A, source: "offer", link: LINK }]);
    expect(addressOf(win)).toBe("/report?a#part");
    expect(win.sessionStorage.getItem(KEY)).toBe(B);
  });

  it.each(["x", "", `${LINK}=`, `${LINK}&fluxlit_link=${LINK}`, "%00"])(
    "that is none is told as such: %s",
    (token) => {
      const win = openWindow(`/#fluxlit_link=${token}`);
      const { said, say } = transcript();
      meet(win, offerOf(), say);
      expect(said).toEqual([{ protocol: 1, sid: A, source: "offer", link: "" }]);
      expect(addressOf(win)).toBe("/");
    },
  );

  it("in the query is not one: it would be in every log", () => {
    const win = openWindow(`/?fluxlit_link=${LINK}`);
    const { said, say } = transcript();
    meet(win, offerOf(), say);
    expect(said[0]).not.toHaveProperty("link");
    expect(addressOf(win)).toBe("/");
  });

  it("is told to each session of the page", () => {
    const win = openWindow(`/#fluxlit_link=${LINK}`);
    const { said, say } = transcript();
    meet(win, offerOf({ sid: A }), say);
    meet(win, offerOf({ param: "other", sid: B }), say);
    expect(said.map(({ sid, link }) => [sid, link])).toEqual([
      [A, LINK],
      [B, LINK],
    ]);
  });

  it("opened in a living page is news, and goes to the transport that met last", () => {
    const win = openWindow();
    const early = transcript();
    const late = transcript();
    meet(win, offerOf({ sid: A, held: true }), early.say);
    meet(win, offerOf({ sid: A, held: true }), late.say);
    win.history.replaceState(null, "", `#fluxlit_link=${LINK}`);
    win.history.replaceState(null, "", "/");
    win.location.hash = `fluxlit_link=${LINK}`;
    win.dispatchEvent(new (win as Window & typeof window).PopStateEvent("popstate"));
    expect(early.said).toEqual([]);
    expect(late.said).toEqual([{ protocol: 1, sid: A, source: "memory", link: LINK }]);
    expect(addressOf(win)).toBe("/");
  });
});

describe("a tab that joined the session by a link", () => {
  /** Locks that all pages of a test share: what is asked for is held until it is let go. */
  function locked(...wins: Window[]) {
    const names: string[] = [];
    const locks = {
      query: async () => ({ held: names.map((name) => ({ name })) }),
      request: (name: string, _: unknown, hold: () => Promise<void>) => {
        if (names.includes(name)) return new Promise(() => undefined);
        names.push(name);
        return hold();
      },
    };
    for (const win of wins) Object.defineProperty(win.navigator, "locks", { value: locks });
    return names;
  }
  const joining = offerOf({ sid: A, held: true });
  const later = offerOf({ sid: A, held: true, unique: true });

  it("holds a place of its own, and a copy of it says what it is", async () => {
    vi.useFakeTimers();
    const first = openWindow();
    const second = openWindow(`/#fluxlit_link=${LINK}`);
    const names = locked(first, second);
    meet(first, later, () => undefined);
    for (let run = 0; run < 2; run++) meet(second, joining, () => undefined);
    expect(names).toHaveLength(2);
    const copy = reload(second);
    Object.defineProperty(copy.navigator, "locks", { value: second.navigator.locks });
    Object.assign(copy, { setTimeout });
    const { said, say } = transcript();
    meet(copy, later, say);
    await vi.advanceTimersByTimeAsync(1000);
    expect(said).toEqual([{ protocol: 1, sid: A, source: "storage", copy: true }]);
    vi.useRealTimers();
  });

  it("keeps its place over F5", () => {
    const second = openWindow(`/#fluxlit_link=${LINK}`);
    const names = locked(second);
    for (let run = 0; run < 2; run++) meet(second, joining, () => undefined);
    const again = reload(second);
    const then = locked(again);
    meet(again, later, () => undefined);
    expect(then).toEqual(names);
    expect(then[0]).not.toBe(`fluxlit:${PARAM}:${A}`);
  });

  it("claims nothing where it cannot note its place", () => {
    const second = openWindow(`/#fluxlit_link=${LINK}`);
    refuseStorage(second);
    const names = locked(second);
    for (let run = 0; run < 2; run++) meet(second, joining, () => undefined);
    expect(names).toEqual([]);
  });
});

describe("a session of the whole browser", () => {
  it("is found by a tab that has none of its own", () => {
    const win = openWindow();
    win.localStorage.setItem(KEY, B);
    const { said, say } = transcript();
    meet(win, offerOf({ scope: "browser" }), say);
    expect(said).toEqual([{ protocol: 1, sid: B, source: "storage" }]);
  });

  it("gives way to the tab's own", () => {
    const win = openWindow();
    win.localStorage.setItem(KEY, B);
    win.sessionStorage.setItem(KEY, C);
    const { said, say } = transcript();
    meet(win, offerOf({ scope: "browser" }), say);
    expect(said[0]?.sid).toBe(C);
    expect(LOCAL(win)).toBe(C);
  });

  it("is not seen and not written by a session of one tab", () => {
    const win = openWindow();
    win.localStorage.setItem(KEY, B);
    const { said, say } = transcript();
    meet(win, offerOf(), say);
    expect(said[0]?.sid).toBe(A);
    expect(LOCAL(win)).toBe(B);
  });
});

describe("without consent", () => {
  it("nothing is kept, nothing said, and the address is clean", () => {
    const win = openWindow(`/?a&${PARAM}=${B}`);
    const { said, say } = transcript();
    meet(win, offerOf({ sid: A, held: true, storing: "no" }), say);
    expect(said).toEqual([]);
    expect([win.sessionStorage.length, win.localStorage.length]).toEqual([0, 0]);
    expect(addressOf(win)).toBe("/?a");
  });

  it("what stands from an earlier consent is used again once there is one", () => {
    const win = openWindow();
    win.sessionStorage.setItem(KEY, B);
    const { said, say } = transcript();
    meet(win, offerOf({ sid: A, held: true, storing: "no" }), say);
    meet(win, offerOf({ sid: C }), say);
    expect(said).toEqual([{ protocol: 1, sid: B, source: "storage" }]);
  });

  it("taken back, it is erased everywhere", () => {
    const win = openWindow();
    meet(win, offerOf({ sid: A, held: true, scope: "browser" }), () => undefined);
    expect(LOCAL(win)).toBe(A);
    meet(win, offerOf({ sid: B, held: true, storing: "erase", scope: "browser" }), () => undefined);
    expect([win.sessionStorage.length, win.localStorage.length]).toEqual([0, 0]);
    const { said, say } = transcript();
    meet(reload(win), offerOf({ sid: C }), say);
    expect(said[0]?.sid).toBe(C);
  });
});

describe("what is not ours", () => {
  it("may be on the page in any shape: a script without a usable address", () => {
    const win = openWindow();
    win.document.head.innerHTML = '<script type="x" src="http://["></script>';
    const { said, say } = transcript();
    meet(win, offerOf(), say);
    expect(said).toEqual([{ protocol: 1, sid: A, source: "offer" }]);
  });

  it("may have frozen the history: it is listened to once all the same", () => {
    const win = openWindow();
    Object.freeze(win.history);
    const heard = vi.spyOn(win, "addEventListener");
    for (const sid of [A, B, C]) meet(win, offerOf({ sid, held: true }), () => undefined);
    expect(heard.mock.calls.filter(([name]) => name === "popstate")).toHaveLength(1);
  });
});

describe("two sessions of one page", () => {
  it("do not take each other's notice away", () => {
    const win = openWindow();
    const shown = () => win.document.getElementById("fluxlit-notice")?.textContent;
    meet(win, offerOf({ held: true, notice: "one" }), () => undefined);
    meet(win, offerOf({ held: true, param: "other" }), () => undefined);
    expect(shown()).toBe("one");
    meet(win, offerOf({ held: true }), () => undefined);
    expect(shown()).toBeUndefined();
  });
});

describe("two apps on one origin", () => {
  it("have names of their own, by the folder that Streamlit's script comes from", () => {
    const win = openWindow("/app/report");
    win.document.head.innerHTML = '<script type="x" src="./static/js/index.Abc-1.js"></script>';
    meet(win, offerOf(), () => undefined);
    expect(win.sessionStorage.getItem(`fluxlit:/app/:${PARAM}`)).toBe(A);
    expect(win.sessionStorage.getItem(KEY)).toBeNull();
  });
});

describe("the scroll position", () => {
  afterEach(() => vi.useRealTimers());

  function scrolled(type: string, kept: string | null, height = 5000, path = "/report", at = 0) {
    const win = openWindow(path);
    if (kept) win.sessionStorage.setItem("fluxlit::scroll", kept);
    win.document.body.innerHTML = '<div class="stMain" data-testid="stMain"></div>';
    const main = win.document.querySelector("div") as HTMLElement;
    Object.defineProperty(main, "scrollHeight", { value: height, configurable: true });
    Object.defineProperty(main, "clientHeight", { value: 500 });
    main.scrollTop = at;
    win.performance.getEntriesByType = () => [{ type }] as unknown as PerformanceEntryList;
    vi.useFakeTimers();
    Object.assign(win, { setInterval, clearInterval, setTimeout });
    meet(win, offerOf({ scroll: true }), () => undefined);
    return { win, main };
  }

  it.each(["reload", "back_forward"])("comes back after a %s", (type) => {
    const { main } = scrolled(type, '["/report",1200]');
    vi.advanceTimersByTime(200);
    expect(main.scrollTop).toBe(1200);
  });

  it.each([
    ["an address that was typed", "navigate", '["/report",1200]'],
    ["another page", "reload", '["/",1200]'],
    ["what somebody else wrote", "reload", '{"top":1}'],
    ["what is no JSON", "reload", "1200]"],
    ["nothing", "reload", null],
  ])("does not for %s", (_, type, kept) => {
    const { main } = scrolled(type, kept);
    vi.advanceTimersByTime(20_000);
    expect(main.scrollTop).toBe(0);
  });

  it("waits for the content, and takes a shorter page as far as it goes", () => {
    const { main } = scrolled("reload", '["/report",1200]', 900);
    vi.advanceTimersByTime(300);
    expect(main.scrollTop).toBe(0);
    vi.advanceTimersByTime(1000);
    expect(main.scrollTop).toBe(1200); // the browser makes that as far as it goes
  });

  it.each(["wheel", "touchstart", "keydown", "pointerdown"])("gives way to a %s", (name) => {
    const { win, main } = scrolled("reload", '["/report",1200]', 900);
    win.dispatchEvent(new (win as Window & typeof window).Event(name));
    vi.advanceTimersByTime(20_000);
    expect(main.scrollTop).toBe(0);
  });

  const leave = (win: Window) =>
    win.dispatchEvent(new (win as Window & typeof window).Event("pagehide"));
  const noted = (win: Window) => win.sessionStorage.getItem("fluxlit::scroll");

  it("is still noted when a page goes that has waited for it in vain", () => {
    const { win, main } = scrolled("reload", '["/report",1200]', 500);
    vi.advanceTimersByTime(300);
    leave(win);
    expect([main.scrollTop, noted(win)]).toEqual([0, '["/report",1200]']);
    win.dispatchEvent(new (win as Window & typeof window).Event("wheel"));
    leave(win);
    expect(noted(win)).toBeNull();
  });

  it("is not noted any more without consent, however long it was waited for", () => {
    const { win } = scrolled("reload", '["/report",1200]', 500);
    meet(win, offerOf({ sid: B, held: true, storing: "no" }), () => undefined);
    leave(win);
    expect(noted(win)).toBeNull();
  });

  it("beats the anchor of the address, to which Streamlit has gone or goes later", () => {
    const { main } = scrolled("reload", '["/report",1200]', 5000, "/report#part", 700);
    vi.advanceTimersByTime(100);
    expect(main.scrollTop).toBe(1200);
    main.scrollTop = 700;
    vi.advanceTimersByTime(100);
    expect(main.scrollTop).toBe(1200);
  });

  it("is given up without an anchor, where somebody else has scrolled", () => {
    const { main } = scrolled("reload", '["/report",1200]', 5000, "/report", 700);
    vi.advanceTimersByTime(20_000);
    expect(main.scrollTop).toBe(700);
  });

  it("is noted when the page goes, and not when it is at its top or forgotten", () => {
    const { win, main } = scrolled("navigate", null);
    const leave = () => win.dispatchEvent(new (win as Window & typeof window).Event("pagehide"));
    main.scrollTop = 77.6;
    leave();
    expect(win.sessionStorage.getItem("fluxlit::scroll")).toBe('["/report",78]');
    meet(win, offerOf({ sid: B, held: true, storing: "erase" }), () => undefined);
    expect(win.sessionStorage).toHaveLength(0);
    leave();
    expect(win.sessionStorage).toHaveLength(0);
  });
});
