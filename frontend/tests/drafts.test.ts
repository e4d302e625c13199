import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { meet } from "../src/bridge";
import type { Field } from "../src/fields";
import type { Offer } from "../src/protocol";
import { A, B, fillStorage, offerOf, openWindow, refuseStorage, reload } from "./support";

const NAME = "fluxlit::drafts";
const KIND = {
  input: "stTextInput",
  number: "stNumberInput",
  area: "stTextArea",
  chat: "stChatInput",
};

beforeEach(() => vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => vi.useRealTimers());

interface Drawn {
  readonly key?: string | null;
  readonly kind?: keyof typeof KIND;
  readonly value?: string;
  readonly form?: boolean;
  readonly dialog?: boolean;
  readonly attributes?: string;
  readonly below?: string;
  /** Of the field, in pixels; without one the page has no layout. */
  readonly width?: number;
}

/** Draw a field as Streamlit does; below a form, if it is in one. */
function draw(win: Window, drawn: Drawn = {}): Field {
  const { key = "name", kind = "input", value = "", attributes = "", below = "" } = drawn;
  const { width = 0, form, dialog } = drawn;
  const { document: doc } = win;
  const tag = kind === "area" || kind === "chat" ? "textarea" : "input";
  const holder = doc.createElement("div");
  if (form) holder.dataset.testid = "stForm";
  if (dialog) holder.dataset.testid = "stDialog";
  holder.innerHTML =
    `<div data-testid="stElementContainer" class="a ${key === null ? "" : `st-key-${key}`} b">` +
    `<div data-testid="${KIND[kind]}"><${tag} ${attributes}></${tag}>${below}</div></div>` +
    '<div data-testid="stFormSubmitButton"><button id="submit"></button></div>';
  const field = holder.querySelector<Field>(tag) as Field;
  if (kind === "number") field.setAttribute("type", "number");
  field.defaultValue = value;
  Object.defineProperty(field, "clientWidth", { value: width });
  app(win).append(holder);
  return field;
}

/** Click a button as Streamlit draws one, or without a key what is no button. */
function press(win: Window, key: string): void {
  const { document: doc } = win;
  const holder = doc.createElement("div");
  holder.innerHTML = `<div data-testid="stElementContainer" class="st-key-${key}"><button>Edit</button></div>`;
  app(win).append(holder);
  fire(key ? (holder.querySelector("button") as Element) : doc.body, "click");
}

function app(win: Window): HTMLElement {
  const found = win.document.querySelector<HTMLElement>('[data-testid="stApp"]');
  if (found) return found;
  win.document.body.innerHTML =
    '<div data-testid="stApp" data-test-script-state="notRunning"></div>';
  return app(win);
}

async function run(win: Window): Promise<void> {
  for (const state of ["running", "notRunning"]) {
    app(win).setAttribute("data-test-script-state", state);
    await Promise.resolve();
  }
}

function fire(field: Element, name: string, more: object = {}): void {
  const view = field.ownerDocument.defaultView as unknown as { Event: typeof Event };
  field.dispatchEvent(Object.assign(new view.Event(name, { bubbles: true }), more));
}

function write(field: Field, text: string): void {
  fire(field, "beforeinput");
  field.value = text;
  fire(field, "input");
}

const offer = (change: Partial<Offer> = {}) =>
  offerOf({ held: true, drafts: ["*"], stored: true, ...change });
const visit = (win: Window, change: Partial<Offer> = {}) => {
  app(win);
  meet(win, offer(change), () => undefined);
  return win;
};
const leave = (win: Window) => {
  win.dispatchEvent(new (win as unknown as { Event: typeof Event }).Event("pagehide"));
  return reload(win);
};
const kept = (win: Window) =>
  JSON.parse(win.sessionStorage.getItem(NAME) ?? '{"drafts":[]}').drafts;
/** Long enough for what is decided by looking a few times. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 450));

describe("what is unsent", () => {
  const unsent = (win: Window) => {
    leave(win);
    return kept(win).map(({ name, value }: { name: string; value: string }) => [name, value]);
  };

  it("is what was typed, until it is what stood there before", () => {
    const win = visit(openWindow());
    const field = draw(win, { value: "Ada" });
    expect(unsent(win)).toEqual([]);
    write(field, "Ada 👩‍👩‍👧");
    expect(unsent(win)).toEqual([["name", "Ada 👩‍👩‍👧"]]);
    write(field, "Ada");
    expect(unsent(win)).toEqual([]);
  });

  it("is seen without a beforeinput too: a browser that fills in forms", () => {
    const win = visit(openWindow());
    const field = draw(win, { value: "Ada" });
    field.value = "Grace";
    fire(field, "input");
    expect(kept(leave(win))).toMatchObject([{ over: ["Ada"], value: "Grace" }]);
  });

  it.each([
    ["Enter in a line", {}, "keydown", { key: "Enter" }],
    ["leaving an area", { kind: "area" }, "focusout", {}],
    ["Ctrl+Enter in an area", { kind: "area" }, "keydown", { key: "Enter", ctrlKey: true }],
  ] as const)("is over with %s, when a run has taken it", async (_, drawn, name, more) => {
    const win = visit(openWindow());
    const field = draw(win, drawn);
    write(field, "half");
    fire(field, name, more);
    expect(unsent(win)).toEqual([["name", "half"]]);
    await run(win);
    expect(unsent(win)).toEqual([]);
  });

  it.each([
    ["Enter of an input method", {}, "keydown", { key: "Enter", isComposing: true }],
    ["Enter in an area", { kind: "area" }, "keydown", { key: "Enter" }],
    ["leaving a field of a form", { form: true }, "focusout", {}],
    ["an arrow key in a line", {}, "keydown", { key: "ArrowUp" }],
    [
      "Enter in a field that refuses its text",
      { attributes: 'aria-invalid="true"' },
      "keydown",
      { key: "Enter" },
    ],
    ["a run without any of this", {}, "keyup", {}],
  ] as const)("is not over with %s", async (_, drawn, name, more) => {
    const win = visit(openWindow());
    const field = draw(win, drawn);
    write(field, "half");
    fire(field, name, more);
    await run(win);
    expect(unsent(win)).toEqual([["name", "half"]]);
  });

  it.each(["click", "Enter"])(
    "is over for a whole form with its button or its Enter: %s",
    async (way) => {
      const win = visit(openWindow());
      const field = draw(win, { form: true });
      const other = draw(win, { key: "other", form: true });
      write(field, "half");
      write(other, "more");
      if (way === "Enter") fire(field, "keydown", { key: "Enter" });
      else
        fire(field.closest('[data-testid="stForm"]')?.querySelector("#submit") as Element, "click");
      await run(win);
      expect(unsent(win)).toEqual([["other", "more"]]);
    },
  );

  const SAYS = (line: string) => `<div data-testid="InputInstructions">${line}</div>`;
  it.each([
    ["it does", { width: 700, below: SAYS("Press Enter to submit form") }, []],
    ["it does not", { width: 700 }, ["half", "more"]],
    [
      "it does not, and the text has a limit",
      { width: 700, below: SAYS("4/50") },
      ["half", "more"],
    ],
    ["there is no room to say so", { width: 180 }, []],
  ] as const)("is over with Enter in a form if that sends it: %s", async (_, drawn, left) => {
    const win = visit(openWindow());
    const field = draw(win, { form: true, ...drawn });
    const other = draw(win, { key: "other" });
    field.closest('[data-testid="stForm"]')?.append(other.closest(".st-key-other") as Element);
    write(field, "half");
    write(other, "more");
    fire(field, "keydown", { key: "Enter" });
    await run(win);
    expect(unsent(win).map(([, value]: [string, string]) => value)).toEqual(left);
  });

  it("is what chat still shows, whoever was asked to take it", async () => {
    const win = visit(openWindow());
    const field = draw(win, { kind: "chat" });
    write(field, "well");
    fire(field, "focusout");
    await run(win);
    expect(unsent(win)).toEqual([["name", "well"]]);
    field.value = "";
    expect(unsent(win)).toEqual([]);
  });

  it.each([
    ["a password", { attributes: 'type="password"' }],
    ["a password on show", { below: '<button aria-label="Hide password text"></button>' }],
    ["a new password on show", { attributes: 'autocomplete="new-password"' }],
    ["a one-time code", { attributes: 'autocomplete="section-a one-time-code"' }],
    ["without a key", { key: null }],
  ])("is not kept of a field that is %s", (_, drawn) => {
    const win = visit(openWindow());
    write(draw(win, drawn), "hush");
    leave(win);
    expect(JSON.stringify({ ...win.sessionStorage })).not.toContain("hush");
  });

  it("is not kept of two fields whose keys look alike to the page, nor of one that is gone", () => {
    const win = visit(openWindow());
    const fields = [draw(win), draw(win), draw(win, { key: "gone" })];
    for (const field of fields) write(field, "half");
    fields[2]?.remove();
    expect(unsent(win)).toEqual([]);
  });

  it("is kept of a field that Streamlit has disabled because the server is gone", () => {
    const win = visit(openWindow());
    const field = draw(win);
    write(field, "half");
    field.disabled = true;
    expect(unsent(win)).toEqual([["name", "half"]]);
  });

  it("is bounded", () => {
    const win = visit(openWindow());
    for (let number = 0; number < 60; number += 1) write(draw(win, { key: `k${number}` }), "half");
    expect(unsent(win)).toHaveLength(50);
    const other = visit(openWindow());
    write(draw(other), "x".repeat(500_001));
    write(draw(other, { key: "small" }), "x".repeat(400_000));
    expect(unsent(other).map(([name]: [string]) => name)).toEqual(["small"]);
  });

  it.each([refuseStorage, fillStorage])(
    "is nobody's trouble where storage does not take it",
    (refuse) => {
      const win = openWindow();
      refuse(win);
      visit(win);
      write(draw(win), "half");
      expect(() => leave(win)).not.toThrow();
    },
  );
});

describe("a draft", () => {
  const typed = (over = "", value = "half", change: Partial<Offer> = {}, drawn: Drawn = {}) => {
    const win = visit(openWindow(), change);
    write(draw(win, { value: over, ...drawn }), value);
    return leave(win);
  };

  it("is typed back once its field is there, with the events of a visitor and without the focus", async () => {
    const win = visit(typed());
    const heard: string[] = [];
    const field = draw(win);
    for (const name of ["input", "focus", "focusout"]) {
      field.addEventListener(name, () => heard.push(`${name} ${field.value}`));
    }
    await settled();
    expect(field.value).toBe("half");
    expect(heard).toEqual(["input half"]);
    expect(kept(leave(win))).toMatchObject([{ value: "half" }]);
  });

  it("is taken over by its form, too", async () => {
    const win = visit(typed());
    const heard: string[] = [];
    const field = draw(win, { form: true });
    for (const name of ["input", "focusout"]) field.addEventListener(name, () => heard.push(name));
    await settled();
    expect(heard).toEqual(["input", "focusout"]);
  });

  it("waits for a field that comes late, is old, or cannot be typed in", async () => {
    const win = visit(typed());
    const field = draw(win);
    field.disabled = true;
    await settled();
    expect(field.value).toBe("");
    field.disabled = false;
    const container = field.closest<HTMLElement>("[data-testid=stElementContainer]");
    container?.setAttribute("data-stale", "true");
    draw(win, { key: "other" });
    await settled();
    expect(field.value).toBe("");
    container?.setAttribute("data-stale", "false");
    await settled();
    expect(field.value).toBe("half");
  });

  it("is typed again when a late value of the server's undoes it, until the visitor acts", async () => {
    const win = visit(typed());
    const field = draw(win);
    await settled();
    field.value = "";
    await settled();
    expect(field.value).toBe("half");
    fire(field, "keydown", { key: "x" });
    field.value = "";
    await settled();
    expect(field.value).toBe("");
  });

  it("is not typed over a newer value, nor where a visitor has begun", async () => {
    const newer = visit(typed());
    const field = draw(newer, { value: "Bob" });
    await settled();
    expect(field.value).toBe("Bob");
    const begun = visit(typed());
    const other = draw(begun);
    write(other, "I am");
    other.value = "";
    await settled();
    expect(other.value).toBe("");
  });

  it("is typed over what a live field has sent of it", async () => {
    const first = visit(openWindow());
    const field = draw(first);
    for (const text of ["l", "li", "liv"]) write(field, text);
    const win = visit(leave(first));
    const again = draw(win, { value: "li" });
    await settled();
    expect(again.value).toBe("liv");
  });

  it.each([
    ["another label", "/?id=1", 'aria-label="On Bob"'],
    ["another query", "/?id=2", 'aria-label="On Ada"'],
  ])(
    "is for no field of the same key with %s, and waits for its own",
    async (_, at, attributes) => {
      const first = visit(openWindow(`/?id=1&fluxlit_sid=${A}`), { addressBar: "visible" });
      write(draw(first, { attributes: 'aria-label="On Ada"' }), "half");
      const win = leave(first);
      win.history.replaceState(null, "", at);
      visit(win, { addressBar: "visible", sid: A });
      const other = draw(win, { attributes });
      await settled();
      expect(other.value).toBe("");
      other.closest('[data-testid="stElementContainer"]')?.remove();
      win.history.pushState(null, "", "/?id=1#a");
      const field = draw(win, { attributes: 'aria-label="On Ada"' });
      await settled();
      expect(field.value).toBe("half");
    },
  );

  it("is of the query that its field is shown under when the page is left", async () => {
    const first = visit(openWindow("/"));
    write(draw(first), "half");
    first.history.pushState(null, "", "/?step=2");
    const win = visit(leave(first));
    const field = draw(win);
    await settled();
    expect(field.value).toBe("half");
  });

  it.each([
    ["the same button has opened", "edit_1", "half"],
    ["the app has opened again", null, "half"],
    ["another button has opened", "edit_2", ""],
    ["no button has opened", "", ""],
  ])("of a dialog goes into one that %s", async (_, opener, value) => {
    const open = (win: Window, key: string | null) => {
      if (key !== null) press(win, key);
      return draw(win, { dialog: true });
    };
    const win = visit(openWindow());
    write(open(win, "edit_1"), "half");
    const next = visit(leave(win));
    const field = open(next, opener);
    await settled();
    expect(field.value).toBe(value);
  });

  it("is not typed into a dialog, nor while one is open", async () => {
    const win = visit(typed());
    const field = draw(win, { dialog: true });
    await settled();
    expect(field.value).toBe("");
    field.closest('[data-testid="stDialog"]')?.remove();
    const other = draw(win);
    await settled();
    expect(other.value).toBe("half");
  });

  it.each([
    ["a click", "click", {}, ["half", "focusout"]],
    ["a pressed mouse", "mousedown", {}, ["half", "focusout"]],
    ["a key", "keydown", { key: " " }, ["half", "focusout"]],
    ["a key of no field", "keydown", { key: " " }, ["half"]],
  ])("is left, once, when the visitor turns to something else: %s", async (_, name, more, said) => {
    const win = visit(typed());
    const field = draw(win);
    const other = said.length === 1 ? win.document.body : draw(win, { key: "other" });
    const heard: string[] = [];
    field.addEventListener("input", () => heard.push(field.value));
    field.addEventListener("focusout", () => heard.push("focusout"));
    await settled();
    fire(field, name, more);
    expect(heard).toEqual(["half"]);
    for (const _ of [1, 2]) fire(other, name, more);
    expect(heard).toEqual(said);
    await run(win);
    leave(win);
    expect(kept(win)).toHaveLength(said.length === 1 ? 1 : 0);
  });

  it("that was sent is typed back, unless its field shows up later: it may have been taken", async () => {
    const sent = () => {
      const win = visit(openWindow());
      const field = draw(win);
      write(field, "half");
      fire(field, "keydown", { key: "Enter" });
      return visit(leave(win));
    };
    const first = sent();
    const field = draw(first);
    await settled();
    expect(field.value).toBe("half");
    const win = sent();
    fire(draw(win, { key: "button" }), "click");
    const later = draw(win);
    await settled();
    expect(later.value).toBe("");
  });

  it("is kept beside the page only while that is away: a copy of the tab gets none", () => {
    const win = visit(openWindow());
    write(draw(win), "half");
    const turn = (hidden: boolean) => {
      Object.defineProperty(win.document, "hidden", { configurable: true, value: hidden });
      fire(win.document.body, "visibilitychange");
      return kept(win).length;
    };
    expect([turn(true), turn(false)]).toEqual([1, 0]);
    expect(kept(visit(leave(win)))).toEqual([]);
  });

  it("is of one page, and waits there for a day", async () => {
    const win = visit(typed());
    const next = leave(win);
    next.history.replaceState(null, "", "/other");
    visit(next);
    const elsewhere = draw(next);
    await settled();
    expect(elsewhere.value).toBe("");
    elsewhere.remove();
    next.history.pushState(null, "", "/");
    const field = draw(next);
    // The one of the other page is gone with its container.
    app(next).firstElementChild?.remove();
    await settled();
    expect(field.value).toBe("half");

    const late = typed();
    vi.setSystemTime(Date.now() + 86_400_001);
    visit(late);
    const tooLate = draw(late);
    await settled();
    expect(tooLate.value).toBe("");
    expect(kept(leave(late))).toEqual([]);
  });

  it("is cut to what its field takes, and not in the middle of a character", async () => {
    const win = visit(typed("", "ab👩cd"));
    const field = draw(win);
    let taken = "";
    field.addEventListener("input", () => {
      if (field.value.length <= 3) taken = field.value;
      field.value = taken;
    });
    await settled();
    expect(field.value).toBe("ab");
  });

  it.each([
    ["another session", { sid: B }, {}],
    ["somebody else", { afresh: "forget" }, {}],
    [
      "a session that was stored and is known to nobody now",
      { sid: B, owner: "a" },
      { owner: "a" },
    ],
    [
      "somebody else in a session that was never stored",
      { sid: B, owner: "b" },
      { owner: "a", stored: false },
    ],
    [
      "nobody after somebody in a session that was never stored",
      { sid: B },
      { owner: "a", stored: false },
    ],
    ["who signs in after a session that was stored", { sid: B, owner: "a" }, {}],
    ["an app that wants none", { drafts: [] }, {}],
    ["an app that wants others", { drafts: ["note_*", "[!n]ame", "nam"] }, {}],
    ["a visitor who takes the consent back", { storing: "erase" }, {}],
  ] as const)("is not for %s", async (_, now, before) => {
    const win = visit(typed("", "half", before), now);
    const field = draw(win);
    await settled();
    expect(field.value).toBe("");
    visit(win, now);
    expect(JSON.stringify({ ...leave(win).sessionStorage })).not.toContain("half");
  });

  it.each([
    ["the same session under a new id", { sid: B, confirm: true }, {}],
    [
      "the same person in a session that was never stored",
      { sid: B, owner: "a" },
      { owner: "a", stored: false },
    ],
    ["who signs in, where nothing was stored", { sid: B, owner: "a" }, { stored: false }],
    ["an app that wants it by name", { drafts: ["n?m[a-e]"] }, {}],
  ])("is for %s", async (_, now, before) => {
    const win = visit(typed("", "half", before), now);
    const field = draw(win);
    await settled();
    expect(field.value).toBe("half");
  });

  describe("in a page whose session the server has not found", () => {
    const outage = { held: false, owner: "a" };

    it("is kept, and the newer one beats the older one", async () => {
      const win = visit(typed("", "older"), outage);
      const field = draw(win);
      draw(win, { key: "other" });
      await settled();
      expect(field.value).toBe("");
      write(field, "newer");
      const next = visit(leave(win), { owner: "a" });
      const again = draw(next);
      await settled();
      expect(again.value).toBe("newer");
    });

    it("is typed back once the server has found it", async () => {
      const win = visit(typed("", "older"), outage);
      const field = draw(win);
      visit(win, { owner: "a" });
      await settled();
      expect(field.value).toBe("older");
    });

    it.each([
      ["nobody, who has signed in", "", "b", "newer"],
      ["the same person", "a", "a", "newer"],
      ["another person", "b", "a", ""],
      ["somebody, who has signed out", "b", "", ""],
    ])("is that of %s", async (_, who, owner, value) => {
      const win = visit(typed("", "older", {}, { key: "other" }), { held: false, owner: who });
      write(draw(win), "newer");
      const next = visit(leave(win), { owner });
      const [field, other] = [draw(next), draw(next, { key: "other" })];
      await settled();
      expect([field.value, other.value]).toEqual([value, "older"]);
    });

    it("is gone with who sits there, in the living page, too, whichever session says so", () => {
      for (const param of ["fluxlit_sid", "right"]) {
        const win = visit(openWindow(), outage);
        visit(win, { ...outage, param: "right", drafts: [] });
        write(draw(win), "of a");
        visit(win, { held: false, owner: "b", param });
        expect(kept(leave(win))).toEqual([]);
      }
    });

    it("is not for somebody else where the session was never stored", async () => {
      const win = visit(typed("", "older", { owner: "a", stored: false }), {
        held: false,
        owner: "b",
      });
      write(draw(win, { key: "other" }), "newer");
      const next = visit(leave(win), { sid: B, owner: "b" });
      const fields = [draw(next), draw(next, { key: "other" })];
      await settled();
      expect(fields.map(({ value }) => value)).toEqual(["", ""]);
    });
  });

  it("of a session that the server names second comes back, too", async () => {
    const [left, right] = [{ drafts: ["left_*"] }, { param: "right", drafts: ["right_*"] }];
    const win = visit(visit(openWindow(), left), right);
    for (const key of ["left_a", "right_a"]) write(draw(win, { key }), "half");
    const next = visit(visit(leave(win), left), right);
    const fields = [draw(next, { key: "left_a" }), draw(next, { key: "right_a" })];
    await settled();
    expect(fields.map(({ value }) => value)).toEqual(["half", "half"]);
  });

  it("ends with its session in a living page, and goes on with a rotation", () => {
    for (const confirm of [true, false]) {
      const win = visit(openWindow(), { sid: A });
      write(draw(win), "half");
      visit(win, { sid: B, confirm });
      expect(kept(leave(win))).toHaveLength(confirm ? 1 : 0);
    }
  });

  it("stays where it is until there is consent", async () => {
    const win = visit(typed(), { storing: "no" });
    const field = draw(win);
    await settled();
    expect(field.value).toBe("");
    leave(win);
    visit(win);
    await settled();
    expect(field.value).toBe("half");
  });
});

describe("the leave guard", () => {
  const asks = (win: Window) => {
    const { Event } = win as unknown as { Event: typeof globalThis.Event };
    return !win.dispatchEvent(new Event("beforeunload", { cancelable: true }));
  };

  it("asks while something is unsent, with a key or without, and only as long as the app wants it", () => {
    const win = visit(openWindow(), { guard: true, drafts: [] });
    expect(asks(win)).toBe(false);
    const field = draw(win, { key: null });
    write(field, "half");
    expect(asks(win)).toBe(true);
    visit(win, { guard: false, drafts: [] });
    expect(asks(win)).toBe(false);
    visit(win, { guard: true, drafts: [] });
    write(field, "");
    expect(asks(win)).toBe(false);
  });

  it("hears of a run that the page did not show", () => {
    const win = visit(openWindow(), { guard: true });
    const field = draw(win);
    write(field, "half");
    fire(field, "keydown", { key: "Enter" });
    expect(asks(win)).toBe(true);
    visit(win, { guard: true });
    expect(asks(win)).toBe(false);
  });

  it("asks for what stands in a dialog, too", () => {
    const win = visit(openWindow(), { guard: true });
    write(draw(win, { dialog: true }), "half");
    expect(asks(win)).toBe(true);
  });

  it("needs no consent, and keeps nothing", () => {
    const win = visit(openWindow(), { guard: true, storing: "no" });
    write(draw(win), "half");
    expect(asks(win)).toBe(true);
    expect(JSON.stringify({ ...leave(win).sessionStorage })).not.toContain("half");
  });

  it("is not there for who did not ask", () => {
    const win = visit(openWindow());
    write(draw(win), "half");
    expect(asks(win)).toBe(false);
  });
});
