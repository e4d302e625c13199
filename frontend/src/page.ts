/**
 * What this page knows: one holding per param, shared by everything that runs in it.
 *
 * It lives on the window under a registered symbol, not in a module variable: Streamlit loads the
 * bridge as a blob and may load it again, and two modules with two memories would fight over the URL.
 * Plain data and browser objects only, so that one module can read what another one wrote.
 */

import { linkIn } from "./address";
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
}

/** By param. */
export type Page = Map<string, Holding>;

const PAGE = Symbol.for("fluxlit.page");
const LINK = Symbol.for("fluxlit.link");
const DONE = Symbol.for("fluxlit.done");

interface Marked {
  [PAGE]?: Page;
  [LINK]?: string | null;
  [DONE]?: Set<string>;
}

export function pageOf(win: Window & Marked): Page {
  win[PAGE] ??= new Map();
  return win[PAGE];
}

/** The link that this page was opened with last: read before it is stripped, and kept for every holding. */
export function linkOf(win: Window & Marked): string | null {
  win[LINK] = linkIn(win.location.href) ?? win[LINK] ?? null;
  return win[LINK];
}

/** Whether `what` is done for the first time in this page. */
export function isFirst(win: Window & Marked, what: string): boolean {
  win[DONE] ??= new Set();
  return win[DONE].size < win[DONE].add(what).size;
}

export function isDone(win: Window & Marked, what: string): boolean {
  return win[DONE]?.has(what) ?? false;
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
    };
    page.set(param, holding);
  }
  return holding;
}
