import { describe, expect, it, vi } from "vitest";
import { isExposed, keep, tidy } from "../src/keeper";
import { type Holding, holdingOf } from "../src/page";
import { A, addressOf, B, openWindow, PARAM, refuseHistory, traverse } from "./support";

/** A page whose address is kept, as the bridge would have left it. */
function keptWindow(path: string, holding: Partial<Holding> = {}): Window {
  const win = openWindow(path);
  Object.assign(holdingOf(win, PARAM), { sid: A, ...holding });
  keep(win, () => tidy(win));
  tidy(win);
  return win;
}

/** What Streamlit does when it brings its cached query string back. */
const push = (win: Window, url: string | URL, state: unknown = {}) =>
  win.history.pushState(state, "", url);

describe("a clean address bar", () => {
  it("is stripped in place, without a new entry", () => {
    const win = keptWindow(`/report?a=%20+&${PARAM}=${A}#top`);
    expect(addressOf(win)).toBe("/report?a=%20+#top");
    expect(win.history).toHaveLength(1);
  });

  it("keeps the state of the entry that is stripped", () => {
    const win = openWindow(`/?${PARAM}=${A}`);
    win.history.replaceState({ theirs: 1 }, "");
    holdingOf(win, PARAM);
    tidy(win);
    expect(win.history.state).toEqual({ theirs: 1 });
  });

  it("makes no history call when there is nothing to strip", () => {
    const win = openWindow("/?a=1");
    const replace = vi.spyOn(win.history, "replaceState");
    holdingOf(win, PARAM).sid = A;
    tidy(win);
    expect(replace).not.toHaveBeenCalled();
  });

  it.each([
    ["a relative query", `?k=v&${PARAM}=${A}`, "/report?k=v"],
    ["a path", `/other?${PARAM}=${A}&k=v`, "/other?k=v"],
    ["an absolute URL", `https://app.example/other?${PARAM}=${A}#x`, "/other#x"],
    ["a URL object", new URL(`https://app.example/o?k&${PARAM}=${A}`), "/o?k"],
    ["a malformed id", `/other?${PARAM}=short`, "/other"],
    ["a fragment", `/other#${PARAM}=${A}`, "/other"],
  ])("pushes are cleaned: %s", (_, url, expected) => {
    const win = keptWindow("/report");
    push(win, url, { theirs: 1 });
    expect(addressOf(win)).toBe(expected);
    expect(win.history.state).toEqual({ theirs: 1 });
    expect(win.history).toHaveLength(2);
  });

  it("replaces are cleaned", () => {
    const win = keptWindow("/report");
    win.history.replaceState({ theirs: 1 }, "", `?k=v&${PARAM}=${A}`);
    expect(addressOf(win)).toBe("/report?k=v");
    expect(win.history.state).toEqual({ theirs: 1 });
    expect(win.history).toHaveLength(1);
  });

  it("a push that only brings the key back becomes a replace", () => {
    const win = keptWindow("/report?k=v#top");
    push(win, `?k=v&${PARAM}=${A}#top`, { theirs: 1 });
    expect(addressOf(win)).toBe("/report?k=v#top");
    expect(win.history.state).toEqual({ theirs: 1 });
    expect(win.history).toHaveLength(1);
  });

  it("a push to the same URL without the key stays a push", () => {
    const win = keptWindow("/report?k=v");
    push(win, "?k=v");
    expect(win.history).toHaveLength(2);
  });

  it("URLs without the key go through as they were given", () => {
    const win = openWindow("/report");
    const given = vi.spyOn(win.history, "pushState");
    holdingOf(win, PARAM).sid = A;
    keep(win, () => undefined);
    const url = new URL("https://app.example/x?a=%20");
    win.history.pushState(null, "title", "?b=%20");
    win.history.pushState(null, "", url);
    win.history.pushState(7, "");
    win.history.pushState(7, "", null);
    expect(given.mock.calls).toEqual([
      [null, "title", "?b=%20"],
      [null, "", url],
      [7, ""],
      [7, "", null],
    ]);
    expect(given.mock.contexts[0]).toBe(win.history);
  });

  it("a URL of another origin goes through to the browser's own error", () => {
    const win = openWindow("/");
    const given = vi.spyOn(win.history, "pushState");
    holdingOf(win, PARAM).sid = A;
    keep(win, () => undefined);
    const elsewhere = `https://other.example/?${PARAM}=${A}`;
    expect(() => push(win, elsewhere)).toThrow(/cannot update history/i);
    expect(given).toHaveBeenCalledWith({}, "", elsewhere);
  });

  it("what is no URL is left to the browser's own error", () => {
    const errorOf = (win: Window) => {
      try {
        push(win, "https://[");
      } catch (error) {
        return (error as Error).message;
      }
      return "no error";
    };
    expect(errorOf(keptWindow("/"))).toBe(errorOf(openWindow("/")));
    expect(errorOf(keptWindow("/"))).toMatch(/https:\/\/\[/);
  });

  it("an entry that still carries the key is stripped when the visitor comes back to it", async () => {
    const win = openWindow(`/first?${PARAM}=${A}#top`);
    win.history.replaceState({ theirs: 1 }, "");
    win.history.pushState({}, "", "/second");
    holdingOf(win, PARAM);
    keep(win, () => tidy(win));
    await traverse(win, -1);
    expect(addressOf(win)).toBe("/first#top");
    expect(win.history.state).toEqual({ theirs: 1 });
    expect(win.history).toHaveLength(2);
  });

  it("an entry is stripped before a listener that was there earlier hears of it", async () => {
    const win = openWindow(`/first?${PARAM}=${A}`);
    win.history.pushState({}, "", "/second");
    holdingOf(win, PARAM);
    const heard: string[] = [];
    win.addEventListener("popstate", () => heard.push(addressOf(win)));
    keep(win, () => tidy(win));
    await traverse(win, -1);
    expect(heard).toEqual(["/first"]);
  });

  it("a fragment that the visitor opens in the same document is stripped", async () => {
    const win = keptWindow("/report");
    const opened = new Promise((resolve) => win.addEventListener("hashchange", resolve));
    win.location.hash = `${PARAM}=${B}`;
    await opened;
    expect(addressOf(win)).toBe("/report");
  });

  it("a strip that is not allowed is made up for later", () => {
    const win = openWindow(`/?${PARAM}=${A}`);
    holdingOf(win, PARAM);
    const allow = refuseHistory(win);
    tidy(win);
    expect(isExposed(win)).toBe(true);
    allow();
    tidy(win);
    expect(isExposed(win)).toBe(false);
  });
});

describe("a visible id", () => {
  const visible = { addressBar: "visible" } as const;

  it.each([
    ["appended where it is missing", "/report?k=v#top", `/report?k=v&${PARAM}=${A}#top`],
    ["put in place of another", `/?${PARAM}=${B}&k=v`, `/?${PARAM}=${A}&k=v`],
    ["left where it stands", `/?${PARAM}=${A}&k=v`, `/?${PARAM}=${A}&k=v`],
  ])("is %s", (_, path, expected) => {
    const win = keptWindow(path, visible);
    expect(addressOf(win)).toBe(expected);
    expect(win.history).toHaveLength(1);
  });

  it("is on every URL that is pushed", () => {
    const win = keptWindow("/", visible);
    push(win, "/report?k=v#top");
    expect(addressOf(win)).toBe(`/report?k=v&${PARAM}=${A}#top`);
    expect(win.history).toHaveLength(2);
  });

  it("is on every URL that is replaced", () => {
    const win = keptWindow("/", visible);
    win.history.replaceState({}, "", "?k=v");
    expect(addressOf(win)).toBe(`/?k=v&${PARAM}=${A}`);
  });

  it("a push that only takes it away becomes a replace", () => {
    const win = keptWindow("/report", visible);
    push(win, "/report");
    expect(addressOf(win)).toBe(`/report?${PARAM}=${A}`);
    expect(win.history).toHaveLength(1);
  });

  it("is put on an entry from before when the visitor comes back to it", async () => {
    const win = openWindow("/first");
    win.history.pushState({}, "", "/second");
    Object.assign(holdingOf(win, PARAM), { sid: A, ...visible });
    keep(win, () => tidy(win));
    await traverse(win, -1);
    expect(addressOf(win)).toBe(`/first?${PARAM}=${A}`);
  });
});

describe("an id that storage would not take", () => {
  const refused = { inHistory: true };

  it("is put into the entry's state beside the app's own", () => {
    const win = openWindow("/");
    win.history.replaceState({ theirs: 1 }, "");
    Object.assign(holdingOf(win, PARAM), { sid: A, ...refused });
    tidy(win);
    expect(win.history.state).toEqual({ theirs: 1, fluxlit: { [PARAM]: A } });
  });

  it.each(["pushState", "replaceState"] as const)("is put into every state of %s", (method) => {
    const win = keptWindow("/", refused);
    win.history[method]({ theirs: 1 }, "", "/report");
    expect(win.history.state).toEqual({ theirs: 1, fluxlit: { [PARAM]: A } });
    win.history[method]({}, "");
    expect(win.history.state).toEqual({ fluxlit: { [PARAM]: A } });
  });

  it("is put into the state of an entry that the visitor comes back to", async () => {
    const win = openWindow("/first");
    win.history.pushState({}, "", "/second");
    Object.assign(holdingOf(win, PARAM), { sid: A, ...refused });
    keep(win, () => tidy(win));
    await traverse(win, -1);
    expect(win.history.state).toEqual({ fluxlit: { [PARAM]: A } });
  });
});

describe("several params on one page", () => {
  it("each get what they asked for", () => {
    const win = keptWindow(`/?other=${A}&${PARAM}=${A}`);
    Object.assign(holdingOf(win, "other"), { sid: B, addressBar: "visible", inHistory: true });
    push(win, `/report?${PARAM}=${A}`);
    expect(addressOf(win)).toBe(`/report?other=${B}`);
    expect(win.history.state).toEqual({ fluxlit: { other: B } });
  });
});

describe("the patch", () => {
  it("is made once, also by a module that is loaded a second time", async () => {
    const win = keptWindow("/");
    const { pushState } = win.history;
    vi.resetModules();
    const again = await import("../src/keeper");
    const heard = vi.fn();
    expect(again.keep).not.toBe(keep);
    again.keep(win, heard);
    expect(win.history.pushState).toBe(pushState);
    push(win, "/second");
    await traverse(win, -1);
    expect(heard).not.toHaveBeenCalled();
  });

  it("is not what strips: another library's patch on top hears nothing of a strip", async () => {
    const win = keptWindow("/");
    const original = win.history.replaceState;
    const theirs = vi.fn(original);
    win.history.replaceState = theirs;
    Object.getPrototypeOf(win.history).replaceState.call(win.history, null, "", `/?${PARAM}=${A}`);
    vi.resetModules();
    (await import("../src/keeper")).tidy(win);
    expect(addressOf(win)).toBe("/");
    expect(theirs).not.toHaveBeenCalled();
  });

  it("returns what the original returns", () => {
    const win = openWindow("/");
    win.history.pushState = () => "from another library" as unknown as undefined;
    keep(win, () => undefined);
    expect(push(win, "/x")).toBe("from another library");
  });

  it("is done without where the history is frozen", () => {
    const win = openWindow(`/?${PARAM}=${A}`);
    holdingOf(win, PARAM);
    Object.freeze(win.history);
    expect(() => keep(win, () => undefined)).not.toThrow();
    tidy(win);
    expect(addressOf(win)).toBe("/");
  });
});
