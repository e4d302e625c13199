import { describe, expect, it } from "vitest";
import { recall, remember, stamped, stampOf } from "../src/tab";
import { A, B, fillStorage, openWindow, PARAM, refuseStorage } from "./support";

describe("where storage works", () => {
  it("an id is kept under its param's name", () => {
    const win = openWindow();
    expect(remember(win, PARAM, A, "tab")).toBe(true);
    expect(win.sessionStorage.getItem(`fluxlit:${PARAM}`)).toBe(A);
    expect(recall(win, PARAM, "tab")).toEqual({ storage: A, history: null });
  });

  it("two params do not see each other", () => {
    const win = openWindow();
    remember(win, PARAM, A, "tab");
    expect(recall(win, "other", "tab").storage).toBeNull();
  });

  it("a malformed id is not recalled", () => {
    const win = openWindow();
    win.sessionStorage.setItem(`fluxlit:${PARAM}`, `${A}=`);
    expect(recall(win, PARAM, "tab").storage).toBeNull();
  });

  it("history.state is not believed", () => {
    const win = openWindow();
    win.history.replaceState(stamped({}, PARAM, B), "");
    expect(recall(win, PARAM, "tab")).toEqual({ storage: null, history: null });
  });

  it("looking leaves nothing behind", () => {
    const win = openWindow();
    recall(win, PARAM, "tab");
    expect(win.sessionStorage).toHaveLength(0);
  });
});

describe.each([
  ["storage throws when looked at", refuseStorage],
  ["storage can be read but not written", fillStorage],
])("where %s", (_, break_) => {
  it("remembering fails without an exception", () => {
    const win = openWindow();
    break_(win);
    expect(remember(win, PARAM, A, "tab")).toBe(false);
  });

  it("the id comes from history.state", () => {
    const win = openWindow();
    break_(win);
    win.history.replaceState(stamped({ theirs: 1 }, PARAM, A), "");
    expect(recall(win, PARAM, "tab")).toEqual({ storage: null, history: A });
  });

  it.each([null, 7, "text", [A], { fluxlit: null }, { fluxlit: { [PARAM]: "short" } }])(
    "a history.state of %j holds no id",
    (state) => {
      const win = openWindow();
      break_(win);
      win.history.replaceState(state, "");
      expect(recall(win, PARAM, "tab")).toEqual({ storage: null, history: null });
    },
  );
});

describe("a stamp", () => {
  it.each([
    ["nothing", null, { fluxlit: { [PARAM]: A } }],
    ["undefined", undefined, { fluxlit: { [PARAM]: A } }],
    ["the app's state", { a: 1 }, { a: 1, fluxlit: { [PARAM]: A } }],
    ["another param's stamp", { fluxlit: { other: B } }, { fluxlit: { other: B, [PARAM]: A } }],
    ["an older id", { fluxlit: { [PARAM]: B } }, { fluxlit: { [PARAM]: A } }],
    ["something else of that name", { fluxlit: 7 }, { fluxlit: { [PARAM]: A } }],
  ])("is merged with %s", (_, state, expected) => {
    expect(stamped(state, PARAM, A)).toEqual(expected);
    expect(stampOf(stamped(state, PARAM, A), PARAM)).toBe(A);
  });

  it.each([[7], ["text"], [[1, 2]], [new Map([["a", 1]])]])(
    "is not forced on a state it cannot be merged with: %j",
    (state) => {
      expect(stamped(state, PARAM, A)).toBe(state);
    },
  );

  it("leaves a state that has it as it is", () => {
    const state = { fluxlit: { [PARAM]: A } };
    expect(stamped(state, PARAM, A)).toBe(state);
  });

  it("does not write into the app's object", () => {
    const state = Object.freeze({ a: 1, fluxlit: Object.freeze({ other: B }) });
    stamped(state, PARAM, A);
    expect(state).toEqual({ a: 1, fluxlit: { other: B } });
  });

  it("is merged with a state made in another frame", () => {
    const theirs = (openWindow() as unknown as { JSON: JSON }).JSON.parse('{"a":1}');
    expect(stamped(theirs, PARAM, A)).toEqual({ a: 1, fluxlit: { [PARAM]: A } });
  });
});
