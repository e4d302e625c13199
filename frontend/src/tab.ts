/**
 * What the tab remembers over F5: `sessionStorage["fluxlit:<param>"]`, for a session of the whole browser
 * `localStorage` too, or, where storage is refused (a sandboxed or third-party frame, no quota),
 * `history.state.fluxlit[param]`. Beyond that there is only the page's memory. Nothing here ever
 * throws: merely reading `win.sessionStorage` may.
 */

import { basePathOf } from "./base";
import { isWellFormed, type Scope } from "./protocol";
import { type Area, drop, write } from "./storage";

export interface Recalled {
  readonly storage: string | null;
  /** Looked at only when storage is refused. */
  readonly history: string | null;
}

const PREFIX = "fluxlit:";

/** Apps below a path of their own have names of their own; see `base`. */
export function storageName(win: Window, param: string): string {
  const base = basePathOf(win);
  return PREFIX + (base === "/" ? "" : `${base}:`) + param;
}

function raw(win: Window, area: Area, name: string): string | null {
  try {
    return win[area].getItem(name);
  } catch {
    return null;
  }
}

function read(win: Window, area: Area, name: string): string | null {
  const value = raw(win, area, name);
  return isWellFormed(value) ? value : null;
}

/** Asked by writing as much as an id takes: some browsers let you read a storage that has no room left. */
function isRefused(win: Window): boolean {
  // The name without a param belongs to no session: an offer's param is never empty.
  const took = write(win, "sessionStorage", PREFIX, PREFIX.repeat(9));
  drop(win, "sessionStorage", PREFIX);
  return !took;
}

/** The tab's own id first; a tab that has none yet goes on with that of the browser, if that is wanted. */
export function recall(win: Window, param: string, scope: Scope): Recalled {
  const name = storageName(win, param);
  const own = read(win, "sessionStorage", name);
  const storage = own ?? (scope === "browser" ? read(win, "localStorage", name) : null);
  let history: string | null = null;
  try {
    if (storage === null && isRefused(win)) history = stampOf(win.history.state, param);
  } catch {
    // Refused, too.
  }
  return { storage, history };
}

/** What storage holds for `param`, without a look at anything else. */
export function stored(win: Window, area: Area, param: string): string | null {
  return read(win, area, storageName(win, param));
}

/** The params for which storage holds something. */
export function paramsOf(win: Window): string[] {
  try {
    const names = [...Object.keys(win.sessionStorage), ...Object.keys(win.localStorage)];
    const prefix = storageName(win, "");
    const params = names.map((name) => name.startsWith(prefix) && name.slice(prefix.length));
    // A param holds no colon; other names of ours do.
    return params.filter((param): param is string => !!param && !param.includes(":"));
  } catch {
    return []; // refused: nothing stands there
  }
}

/** Whether storage took the id. If not, `history.state` has to carry it. */
export function remember(win: Window, param: string, sid: string, scope: Scope): boolean {
  const name = storageName(win, param);
  const took = write(win, "sessionStorage", name, sid);
  return (scope === "browser" && write(win, "localStorage", name, sid)) || took;
}

/**
 * Note that this tab joined the session by a link: it is meant to share it with the tab that it came from. The mark
 * has a number of this tab, so that a copy of the tab is noticed. Null: storage is refused.
 */
export function join(win: Window, param: string, sid: string): string | null {
  const mark = joined(win, param, sid) ?? sid + Math.random();
  return write(win, "sessionStorage", joinedName(win, param), mark) ? mark : null;
}

/** The mark of this tab, if it joined the session; a copied tab has that of its original. */
export function joined(win: Window, param: string, sid: string): string | null {
  const mark = raw(win, "sessionStorage", joinedName(win, param));
  return mark?.startsWith(sid) ? mark : null;
}

function joinedName(win: Window, param: string): string {
  return `${storageName(win, param)}:joined`;
}

/** Nothing of this session is left in the browser's storage. */
export function forget(win: Window, param: string): void {
  const name = storageName(win, param);
  for (const area of ["sessionStorage", "localStorage"] as const) drop(win, area, name);
  drop(win, "sessionStorage", joinedName(win, param));
}

/** The id that a history state carries for `param`. */
export function stampOf(state: unknown, param: string): string | null {
  const stamps: unknown = isRecord(state) ? state.fluxlit : null;
  const sid = isRecord(stamps) ? stamps[param] : null;
  return isWellFormed(sid) ? sid : null;
}

/**
 * `state` with our id in it and all of its own. A state that is no plain object (a number, an array, a
 * Map) cannot be merged with and goes through as it is: the app's state matters more than ours.
 */
export function stamped(state: unknown, param: string, sid: string): unknown {
  if (stampOf(state, param) === sid) return state;
  if (state !== null && state !== undefined && !isRecord(state)) return state;
  const stamps = isRecord(state?.fluxlit) ? state.fluxlit : {};
  return { ...state, fluxlit: { ...stamps, [param]: sid } };
}

/** By tag, not by prototype: a state made in another frame has another `Object.prototype`. */
function isRecord(value: unknown): value is Record<string, unknown> {
  return Object.prototype.toString.call(value) === "[object Object]";
}
