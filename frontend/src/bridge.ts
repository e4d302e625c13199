/**
 * One meeting with the server: read its offer, look around, settle, adopt, answer if it is news.
 *
 * It knows the window it is handed and nothing of the transport, which brings the offer and takes the
 * answer. The answer goes to a callback because it may come later, and twice: a copied tab is proved by a lock,
 * and locks take time that no page load should wait for.
 */

import { idInFragment, idInQuery } from "./address";
import { isExposed, keep, tidy } from "./keeper";
import { notify } from "./notice";
import { type Holding, holdingOf } from "./page";
import { whenAtRest } from "./patience";
import { claim } from "./presence";
import { type Answer, makeAnswer, parseOffer } from "./protocol";
import { shield } from "./referrer";
import { isNews, settle } from "./settle";
import { recall, remember } from "./tab";

/** Bring URL and referrer policy in order. Also what happens on Back, Forward and a new `#fragment`. */
function tend(win: Window): void {
  // A link that arrives as a new fragment in this same document is news to the server: it will be read
  // here, before the strip.
  tidy(win);
  shield(win.document, isExposed(win));
}

export function meet(win: Window, data: unknown, answer: (answer: Answer) => void): void {
  const offer = parseOffer(data);
  if (!offer) return;
  const { param } = offer;
  notify(win.document, offer.notice);
  const { href } = win.location;
  const holding = holdingOf(win, param);
  const { storage, history } = recall(win, param, offer.scope);
  const { sid, source } = settle(offer, {
    memory: holding.sid,
    query: idInQuery(href, param),
    fragment: idInFragment(href, param),
    storage,
    history,
    earlier: holding.earlier,
  });

  const before = storage ?? history;
  if (offer.held) holding.earlier = null;
  else if (before !== null && before !== sid && !offer.refused.includes(before)) {
    holding.earlier = before;
  }

  holding.sid = sid;
  holding.addressBar = offer.addressBar;
  holding.inHistory = !remember(win, param, sid, offer.scope);
  keep(win, () => tend(win));
  tend(win);
  own(win, offer.unique ? `fluxlit:${param}:${sid}` : null, holding, () =>
    whenAtRest(win, () => answer(makeAnswer(sid, source, true))),
  );

  if (!isNews(offer, sid, holding)) return;
  // Noted before it is said: whatever saying it sets off finds it said.
  if (offer.held) holding.confirmed.add(sid);
  else holding.answered.set(offer.sid, sid);
  const say = () => answer(makeAnswer(sid, source));
  if (offer.patient) whenAtRest(win, say);
  else say();
}

/** Claim the session for this page, if nobody else may have it. A claim is made once per id. */
function own(win: Window, name: string | null, holding: Holding, onCopied: () => void): void {
  if (holding.claim?.name === name) return;
  holding.claim?.release();
  holding.claim = name === null ? null : { name, release: claim(win, name, onCopied) };
}
