/**
 * What this page knows: one holding per param, shared by everything that runs in it.
 *
 * It lives on the window under a registered symbol, not in a module variable: Streamlit loads the
 * bridge as a blob and may load it again, and two modules with two memories would fight over the URL.
 * Plain data and browser objects only, so that one module can read what another one wrote.
 */

import { linkIn } from "./address";
import type { Field } from "./fields";
import type { AddressBar, Answer, Scope } from "./protocol";

export interface Holding {
  /** The page's own memory of the id: it survives every remount, and goes with the document. */
  sid: string | null;
  addressBar: AddressBar;
  scope: Scope;
  /** True when storage is refused and the id rides in `history.state` instead. */
  inHistory: boolean;
  /** What storage held before a link replaced it: the way back if the server refuses the link. */
  earlier: string | null;
  /** Offered id -> the id answered to it. */
  readonly answered: Map<string, string>;
  readonly confirmed: Set<string>;
  /** The lock or channel by which this page shows other tabs that it lives. */
  claim: { readonly name: string; readonly release: () => void } | null;
  /** How the transport that met last takes an answer. */
  answer: ((answer: Answer) => void) | null;
  /** A line for the visitor; of several sessions' the first is shown. */
  notice: string | null;
  /** The link of this page that the server has been told of. */
  link: string | null;
  /** Glob patterns of the keys of fields whose drafts this session keeps. */
  drafts: readonly string[];
  /** The id that this tab came with: that of the drafts it has kept. */
  came: string | null;
  /** The id that the server has held last in this page. */
  held: string | null;
  /** The person that drafts are bound to while the session has no record, else null. */
  unstored: string | null;
  /** Whether the app asks to guard unsent text when the page is left. */
  guard: boolean;
}

/** Text that was typed into a field and not sent. */
export interface Draft {
  readonly name: string;
  /** Which field it is, as far as the page tells: what was typed for one record is not for another. */
  readonly place: string;
  /** The values of the server that it may be typed over. */
  readonly over: readonly string[];
  readonly value: string;
  /** Who typed it, if the server had not found the session: whose that is may come out later. Else "". */
  readonly by: string;
  /** It was on its way to the server. */
  readonly isSent: boolean;
  /** When the page was left, in milliseconds. */
  readonly at: number;
}

/** A draft that is to be typed back. */
export interface Waiting extends Draft {
  /** How often its field was looked at. */
  polls: number;
  /** What stood there then. */
  shown?: string;
  isTyped: boolean;
}

/** What is known of a field that a visitor types in. */
export interface Note {
  /** Null: nothing is kept of it over F5. */
  readonly name: string | null;
  place: string;
  /** What the server has. */
  readonly base: readonly string[];
  /** What the server may have by now, since it was in the field. */
  earlier: readonly string[];
  value: string;
  readonly isInPopover: boolean;
  /** It is on its way to the server. */
  isSent: boolean;
  /** A script run began or ended since the last key. */
  hasRun: boolean;
  /** It was typed by us, and the visitor has not turned to anything since. */
  isTyped?: boolean;
}

export interface Unsent {
  readonly notes: Map<Field, Note>;
  waiting: Waiting[];
  /** Whose the kept drafts are, by param, where the session had no record. */
  unstored: Readonly<Record<string, string | null>>;
  /** Who is at this page while the server has not found its session; else "". */
  by: string;
  /** What the visitor has clicked last, before a dialog opened: a button, or a number that nothing else has. */
  opener?: string | number;
  /** It is not the visitor who is typing. */
  isTyping: boolean;
}

/** What a window has beside what its type says: those of the global scope belong to another document with v1. */
export type Realm = Window & {
  readonly Event: typeof Event;
  readonly FocusEvent: typeof FocusEvent;
  readonly MutationObserver: typeof MutationObserver;
};

/** By param. */
export type Page = Map<string, Holding> & {
  /** The history's own methods, before they were patched: other libraries' patches hear nothing of a strip. */
  own?: Pick<History, "pushState" | "replaceState">;
  link?: string | null;
  done?: Set<string>;
  unsent?: Unsent;
};

const PAGE = Symbol.for("fluxlit.page");

export function pageOf(win: Window & { [PAGE]?: Page }): Page {
  win[PAGE] ??= new Map();
  return win[PAGE];
}

/** Whether the page has an id: without the visitor's consent it has none. */
export function hasSession(win: Window): boolean {
  return [...pageOf(win).values()].some(({ sid }) => sid);
}

/** The link that this page was opened with last: read before it is stripped, and kept for every holding. */
export function linkOf(win: Window): string | null {
  const page = pageOf(win);
  page.link = linkIn(win.location.href) ?? page.link ?? null;
  return page.link;
}

export function unsentOf(win: Window): Unsent {
  const page = pageOf(win);
  page.unsent ??= { notes: new Map(), waiting: [], unstored: {}, by: "", isTyping: false };
  return page.unsent;
}

/** Whether `what` is done for the first time in this page. */
export function isFirst(win: Window, what: string): boolean {
  const page = pageOf(win);
  page.done ??= new Set();
  return page.done.size < page.done.add(what).size;
}

export function isDone(win: Window, what: string): boolean {
  return pageOf(win).done?.has(what) ?? false;
}

export function holdingOf(win: Window, param: string): Holding {
  const page = pageOf(win);
  let holding = page.get(param);
  if (!holding) {
    holding = {
      sid: null,
      addressBar: "clean",
      scope: "tab",
      inHistory: false,
      earlier: null,
      answered: new Map(),
      confirmed: new Set(),
      claim: null,
      answer: null,
      notice: null,
      link: null,
      drafts: [],
      came: null,
      held: null,
      unstored: null,
      guard: false,
    };
    page.set(param, holding);
  }
  return holding;
}
