/** A real document for each test, and the few ids and offers that the tests talk about. */

import { JSDOM } from "jsdom";
import type { Answer, Offer } from "../src/protocol";

export const PARAM = "fluxlit_sid";
export const [A, B, C, D] = ["A", "B", "C", "D"].map((letter) => letter.repeat(43)) as [
  string,
  string,
  string,
  string,
];

export function openWindow(path = "/"): Window {
  const { window } = new JSDOM("<!doctype html><head></head><body></body>", {
    url: new URL(path, "https://app.example/").href,
  });
  return window as unknown as Window;
}

/** F5: a new document at the same address; the tab's storage and the entry's state stay. */
export function reload(win: Window): Window {
  const next = openWindow(win.location.href);
  try {
    for (const name of Object.keys(win.sessionStorage)) {
      next.sessionStorage.setItem(name, win.sessionStorage.getItem(name) ?? "");
    }
  } catch {
    refuseStorage(next);
  }
  next.history.replaceState(win.history.state, "");
  return next;
}

/** What a cross-site frame does: merely looking at the storage throws. */
export function refuseStorage(win: Window): void {
  Object.defineProperty(win, "sessionStorage", {
    configurable: true,
    get() {
      throw new DOMException("denied", "SecurityError");
    },
  });
}

/** Safari's private mode of old, or a full disk: reading works, writing does not. */
export function fillStorage(win: Window): void {
  const storage = { getItem: () => null, setItem: refuse, removeItem: () => undefined };
  Object.defineProperty(win, "sessionStorage", { configurable: true, value: storage });
}

/** Safari's limit on history calls, or a sandbox. Lifted by calling the result. */
export function refuseHistory(win: Window): () => void {
  const { replaceState } = win.history;
  let refusing = true;
  win.history.replaceState = function (...args) {
    return refusing ? refuse() : replaceState.apply(this, args);
  };
  return () => {
    refusing = false;
  };
}

function refuse(): never {
  throw new DOMException("too many calls", "SecurityError");
}

export function offerOf(change: Partial<Offer> = {}): Offer {
  return {
    protocol: 1,
    param: PARAM,
    sid: A,
    held: false,
    confirm: false,
    afresh: "no",
    refused: [],
    addressBar: "clean",
    scope: "tab",
    notice: null,
    patient: false,
    unique: false,
    storing: "yes",
    scroll: false,
    drafts: [],
    owner: "",
    stored: false,
    guard: false,
    ...change,
  };
}

/** A transport that writes down what was said. */
export function transcript(): { said: Answer[]; say: (answer: Answer) => void } {
  const said: Answer[] = [];
  return { said, say: (answer) => said.push(answer) };
}

/** Resolves when the visitor's Back or Forward has arrived and everyone has heard of it. */
export async function traverse(win: Window, delta: number): Promise<void> {
  const arrived = new Promise((resolve) =>
    win.addEventListener("popstate", resolve, { once: true }),
  );
  win.history.go(delta);
  await arrived;
}

export function addressOf(win: Window): string {
  const { pathname, search, hash } = win.location;
  return pathname + search + hash;
}
