/**
 * Has the handshake of Streamlit's websocket tell the server which sessions this page has.
 *
 * A page cannot give its websocket a header of its own, but it can propose subprotocols: words that the server's
 * middleware takes out again before Streamlit sees them. Each is `fluxlit.<id>` with `.<param>` behind it
 * unless that is the usual one; `fluxlit-browser.<id>` for one that only `localStorage` has;
 * `fluxlit-link.<token>`; `fluxlit.ask` if the fragment may have an id of a param that is not known here;
 * `fluxlit.none` if there is nothing. They come last, because Streamlit knows its own by their places.
 */

import { idInFragment, idInQuery, LINK, withoutFragmentKey } from "./address";
import { parse } from "./base";
import { holdingOf, isFirst, linkOf, pageOf } from "./page";
import { isWellFormed } from "./protocol";
import { paramsOf, stored } from "./tab";

const USUAL = "fluxlit_sid";
const STREAM = "/_stcore/stream";
const FOREIGN = /#.*=[\w-]{43}(&|$)/;

export function boot(win: Window & { WebSocket: typeof WebSocket }): void {
  try {
    if (!isFirst(win, "boot")) return;
    strip(win);
    win.WebSocket = new Proxy(win.WebSocket, {
      construct(target, [url, ...args], made) {
        try {
          args[0] = withWords(win, url, args[0]);
        } catch {
          // As the page wanted it.
        }
        return Reflect.construct(target, [url, ...args], made);
      },
    });
  } catch {
    // The bridge says later what could not be said at once.
  }
}

/** Take what came in the fragment before anyone else can read it there. */
function strip(win: Window): void {
  const { href } = win.location;
  linkOf(win); // remembers it
  let clean = withoutFragmentKey(href, LINK);
  for (const param of knownParams(win)) {
    const sid = idInFragment(href, param);
    if (sid === null) continue;
    holdingOf(win, param).sid = sid;
    clean = withoutFragmentKey(clean, param);
  }
  if (clean !== href) win.history.replaceState(win.history.state, "", clean);
}

function withWords(win: Window, url: unknown, protocols: unknown): unknown {
  const { origin, pathname } = parse(String(url), win.location.href);
  const isOurs = origin.replace("ws", "http") === win.location.origin && pathname.endsWith(STREAM);
  return isOurs && Array.isArray(protocols) ? [...protocols, ...words(win)] : protocols;
}

function words(win: Window): string[] {
  const { href } = win.location;
  const told: string[] = [];
  for (const param of knownParams(win)) {
    const behind = param === USUAL ? "" : `.${encoded(param)}`;
    const own = [
      pageOf(win).get(param)?.sid,
      idInQuery(href, param),
      stored(win, "sessionStorage", param),
      win.history.state?.fluxlit?.[param],
    ];
    const ids = new Set(own.filter(isWellFormed));
    told.push(...[...ids].map((sid) => `fluxlit.${sid}${behind}`));
    const shared = stored(win, "localStorage", param);
    if (shared && !ids.has(shared)) told.push(`fluxlit-browser.${shared}${behind}`);
  }
  if (FOREIGN.test(href)) told.push("fluxlit.ask");
  const link = linkOf(win);
  // Once the bridge has an id the server has followed the link, and a token is good for once.
  if (link !== null && ![...pageOf(win).values()].some(({ sid }) => sid))
    told.push(`fluxlit-link.${link || "none"}`);
  return told.length > 0 ? told : ["fluxlit.none"];
}

function knownParams(win: Window): Set<string> {
  return new Set([USUAL, ...pageOf(win).keys(), ...paramsOf(win)]);
}

/** Only what may stand in a word of a header. */
function encoded(param: string): string {
  return encodeURIComponent(param).replace(/\(/g, "%28").replace(/\)/g, "%29");
}
