/**
 * What the tab remembers over F5: `sessionStorage["fluxlit:<param>"]` (`localStorage` if all tabs of the
 * browser share the session), or, where storage is refused
 * (a sandboxed or third-party frame, no quota), `history.state.fluxlit[param]`. Beyond that there is only
 * the page's memory. Nothing here ever throws: merely reading `win.sessionStorage` may.
 */

import { isWellFormed, type Scope } from "./protocol";

export interface Recalled {
  readonly storage: string | null;
  /** Looked at only when storage is refused. */
  readonly history: string | null;
}

const PREFIX = "fluxlit:";

function storageOf(win: Window, scope: Scope): Storage {
  return scope === "browser" ? win.localStorage : win.sessionStorage;
}

function read(win: Window, param: string, scope: Scope): string | null {
  try {
    const value: unknown = storageOf(win, scope).getItem(PREFIX + param);
    return isWellFormed(value) ? value : null;
  } catch {
    return null;
  }
}

function write(win: Window, param: string, value: string, scope: Scope): boolean {
  try {
    storageOf(win, scope).setItem(PREFIX + param, value);
    return true;
  } catch {
    return false;
  }
}

/** Asked by writing: some browsers let you read a storage that has no room for a single byte. */
function isRefused(win: Window, scope: Scope): boolean {
  const took = write(win, "", "", scope);
  try {
    // The name without a param belongs to no session: an offer's param is never empty.
    storageOf(win, scope).removeItem(PREFIX);
  } catch {
    // Refused, as `took` says already.
  }
  return !took;
}

export function recall(win: Window, param: string, scope: Scope): Recalled {
  const storage = read(win, param, scope);
  if (storage !== null || !isRefused(win, scope)) return { storage, history: null };
  try {
    return { storage, history: stampOf(win.history.state, param) };
  } catch {
    return { storage, history: null };
  }
}

/** Whether storage took the id. If not, `history.state` has to carry it. */
export function remember(win: Window, param: string, sid: string, scope: Scope): boolean {
  return write(win, param, sid, scope);
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
