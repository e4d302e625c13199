/**
 * Keeps the address bar as each holding wants it, whoever writes the URL.
 *
 * Streamlit remembers the query string of the page load and pushes it again on `st.query_params[k] = v`
 * and on page changes, so one strip is not enough: every URL on its way through `pushState` and
 * `replaceState` is looked at. The patch is made once per page, calls the original, changes nothing but our
 * key (and our stamp in the state, where storage is refused) and never throws into the app.
 */

import { carriesKey, LINK, withKey, withoutKey } from "./address";
import { isFirst, type Page, pageOf } from "./page";
import { stamped } from "./tab";

type Method = "pushState" | "replaceState";
type Args = Parameters<History[Method]>;

/** `href` as the holdings of this page want to see it. */
function keptHref(page: Page, href: string): string {
  let kept = withoutKey(href, LINK);
  for (const [param, { addressBar, sid }] of page) {
    if (addressBar === "clean") kept = withoutKey(kept, param);
    else if (sid !== null) kept = withKey(kept, param, sid);
  }
  return kept;
}

/** `state` with the ids that storage would not take; the very same object if there are none. */
function keptState(page: Page, state: unknown): unknown {
  let kept = state;
  for (const [param, { inHistory, sid }] of page) {
    if (inHistory && sid !== null) kept = stamped(kept, param, sid);
  }
  return kept;
}

function rewrite(win: Window, method: Method, args: Args): [Method, Args] {
  const page = pageOf(win);
  const kept: Args = [...args];
  kept[0] = keptState(page, args[0]);
  const url = args[2];
  if (url === undefined || url === null) return [method, kept];
  const asked = new URL(String(url), win.document.baseURI);
  if (asked.origin !== win.location.origin) return [method, kept];
  const href = keptHref(page, asked.href);
  // Not ours, not touched: the app's own argument goes through, relative as it was.
  if (href === asked.href) return [method, kept];
  kept[2] = href;
  // The push differed from the current URL by our key only, or lacked only our key: without us it
  // would have led nowhere, and Back must not stop here twice.
  return [href === win.location.href ? "replaceState" : method, kept];
}

function patch(win: Window, history: History): void {
  const { pushState, replaceState } = history;
  const originals = { pushState, replaceState };
  pageOf(win).own = originals;
  for (const asked of ["pushState", "replaceState"] as const) {
    history[asked] = function (this: History, ...args: Args) {
      let method: Method = asked;
      let kept = args;
      try {
        [method, kept] = rewrite(win, asked, args);
      } catch {
        // A URL that does not parse, a window half torn down: the browser's own answer is the right one.
      }
      return originals[method].apply(this, kept);
    };
  }
}

/** Patch `win.history`, once per page, and call `onNavigate` when the visitor changes the entry. */
export function keep(win: Window, onNavigate: () => void): void {
  if (!isFirst(win, "history")) return;
  try {
    patch(win, win.history);
  } catch {
    // Someone froze the history. The current entry is still ours to tidy.
  }
  // Capturing: Streamlit's own popstate listener must not read the query before it is clean, or the id
  // would get into its cache again. A fragment opened in this same document is a popstate too.
  win.addEventListener("popstate", onNavigate, true);
}

/** Bring the current entry in order, in place. Silent when there is nothing to do or it is not allowed. */
export function tidy(win: Window): void {
  try {
    const { history, location } = win;
    const page = pageOf(win);
    const href = keptHref(page, location.href);
    const current: unknown = history.state;
    const state = keptState(page, current);
    if (href === location.href && state === current) return;
    (page.own ?? history).replaceState.call(history, state, "", href);
  } catch {
    // Safari allows 100 calls in 30 s, a sandbox none. The next navigation tries again.
  }
}

/** Whether the current URL shows a key of ours: in visible mode, or because the strip was not allowed. */
export function isExposed(win: Window): boolean {
  return [...pageOf(win).keys()].some((param) => carriesKey(win.location.href, param));
}
