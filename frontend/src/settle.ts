/**
 * The decision: which id wins, and whether the server must hear of it.
 *
 * Pure. The bridge looks around (page, URL, storage) and acts; this file only judges.
 */

import { isWellFormed, type Offer, type Source } from "./protocol";

/** What the browser holds for one param, by the place where it was found. */
export interface Found {
  readonly memory: string | null;
  readonly query: string | null;
  readonly fragment: string | null;
  readonly storage: string | null;
  readonly history: string | null;
  /** What storage held before an id out of a link replaced it. */
  readonly earlier: string | null;
}

export interface Settled {
  readonly sid: string;
  readonly source: Source;
}

/** What this page has said so far about one param. */
export interface Said {
  /** Offered id -> the id that was answered to it. */
  readonly answered: ReadonlyMap<string, string>;
  readonly confirmed: ReadonlySet<string>;
}

/** First match wins. A link beats what the tab had; the page's own memory beats a link. */
const ORDER = ["memory", "query", "fragment", "storage", "history", "earlier"] as const;

export function settle(offer: Offer, found: Found): Settled {
  if (!offer.held) {
    for (const place of ORDER) {
      const sid = found[place];
      if (isWellFormed(sid) && !offer.refused.includes(sid)) {
        return { sid, source: place === "earlier" ? "storage" : place };
      }
    }
  }
  return { sid: offer.sid, source: "offer" };
}

/**
 * Whether to answer at all. Each answer reruns the whole script, so a thing is said once:
 * one answer per offered id unless it would now differ, one confirmation per held id.
 */
export function isNews(offer: Offer, sid: string, said: Said): boolean {
  if (offer.held) return offer.confirm && !said.confirmed.has(sid);
  return said.answered.get(offer.sid) !== sid;
}
