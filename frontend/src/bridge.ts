/**
 * One meeting with the server: read its offer, look around, settle, adopt, answer if it is news.
 *
 * It knows the window it is handed and nothing of the transport, which brings the offer and takes the
 * answer. The answer goes to a callback because it may come later, and more than once: a copied tab is proved
 * by a lock, and locks take time that no page load should wait for; a link may be opened at any moment.
 */

import { idInFragment, idInQuery } from "./address";
import { forgetDrafts, keepDrafts, unstoredOwner } from "./drafts";
import { isExposed, keep, tidy } from "./keeper";
import { guardLeaving } from "./leave-guard";
import { carryAlong } from "./links";
import { notify } from "./notice";
import { type Holding, holdingOf, isDone, isFirst, linkOf, pageOf, unsentOf } from "./page";
import { whenAtRest } from "./patience";
import { claim } from "./presence";
import { type Answer, makeAnswer, type Offer, parseOffer } from "./protocol";
import { shield } from "./referrer";
import { forgetScroll, keepScroll } from "./scroll";
import { isNews, type Settled, settle } from "./settle";
import { forget, join, joined, recall, remember } from "./tab";
import { takeSent, watchFields } from "./unsent";
import { awaitFields } from "./waiting";

export function meet(win: Window, data: unknown, answer: (answer: Answer) => void): void {
  const offer = parseOffer(data);
  if (!offer) return;
  const holding = holdingOf(win, offer.param);
  const link = linkOf(win);
  // The server has an id at once: the handshake told it, of the link that the page was opened with too.
  if (holding.answer === null && offer.held && isDone(win, "boot")) holding.link = link;
  // Each run says so to a page with a guard: a slow browser does not show that a quick run began and ended.
  if (offer.guard) takeSent(win);
  const isStoring = offer.storing === "yes";
  const { guard, notice } = offer;
  Object.assign(holding, { answer, notice, guard, drafts: isStoring ? offer.drafts : [] });
  notify(win.document, [...pageOf(win).values()].find((it) => it.notice)?.notice);
  const settled = isStoring ? adopt(win, offer, holding) : withhold(win, offer, holding);
  if (offer.afresh !== "no") forgetPage(win);
  if (settled && !goesOn(win, offer, holding)) forgetDrafts(win);
  attend(win, offer, holding);
  own(win, offer, holding);
  // Without consent, too: the fields show what the last visitor has entered.
  if (offer.afresh === "reload" && isFirst(win, "reload")) {
    win.addEventListener("pagehide", () => forgetPage(win));
    win.location.reload();
    return;
  }
  if (!settled) return;

  const { sid, source } = settled;
  const isLinked = link !== null && link !== holding.link;
  if (!isLinked && !isNews(offer, sid, holding)) return;
  // Noted before it is said: whatever saying it sets off finds it said.
  holding.link = link;
  if (offer.held) holding.confirmed.add(sid);
  else holding.answered.set(offer.sid, sid);
  const say = () => answer(makeAnswer(sid, source, isLinked ? { link } : {}));
  if (offer.patient) whenAtRest(win, say);
  else say();
}

/** Settle which id this tab has, and keep it. */
function adopt(win: Window, offer: Offer, holding: Holding): Settled {
  const { param, scope, addressBar } = offer;
  const { href } = win.location;
  const { storage, history } = recall(win, param, scope);
  const settled = settle(offer, {
    memory: holding.sid,
    query: idInQuery(href, param),
    fragment: idInFragment(href, param),
    storage,
    history,
    earlier: holding.earlier,
  });
  const { sid } = settled;
  const before = storage ?? history;
  holding.came ??= before;
  if (offer.held) holding.earlier = null;
  else if (before !== null && before !== sid && !offer.refused.includes(before)) {
    holding.earlier = before;
  }
  const inHistory = !remember(win, param, sid, scope);
  Object.assign(holding, { sid, addressBar, scope, inHistory });
  return settled;
}

/**
 * Whether this is the session that the drafts belong to: by its id, or by a new one that it was given. The id of a
 * session that was never stored is known to nobody after F5; then it has to be the same person's, or nobody's:
 * who signs in takes along what is there.
 */
function goesOn(win: Window, offer: Offer, holding: Holding): boolean {
  const { param, held, sid, confirm, owner, stored } = offer;
  const typed = unsentOf(win);
  const isOther = typed.by !== "" && typed.by !== owner;
  const before = holding.held ?? holding.came;
  const isSame = !held || before === sid || (before !== null && confirm);
  const whose = unstoredOwner(win, param);
  const isTheirs = holding.held === null && (whose === "" || whose === owner);
  if (held) Object.assign(holding, { held: sid, unstored: stored ? null : owner });
  else holding.unstored ??= whose;
  typed.by = held ? "" : owner;
  return !isOther && (isSame || isTheirs);
}

/** The page is another visitor's now. */
function forgetPage(win: Window): void {
  forgetScroll(win);
  forgetDrafts(win);
}

/** No consent: nothing is kept in the browser, and the page itself forgets. */
function withhold(win: Window, { param, storing }: Offer, holding: Holding): null {
  if (storing === "erase") {
    forget(win, param);
    forgetPage(win);
  }
  holding.claim?.release();
  Object.assign(holding, { sid: null, addressBar: "clean", claim: null, held: null });
  return null;
}

/** Look after the URL, the referrer policy, the links and the fields of this page, from now on. */
function attend(win: Window, offer: Offer, { sid, drafts, guard }: Holding): void {
  keep(win, () => {
    const link = linkOf(win);
    tend(win);
    // A link opened in this very page is news; an id is not: the page's memory beats it.
    if (link !== null) tell(win, link);
  });
  tend(win);
  if (isFirst(win, "links")) {
    carryAlong(win);
    // Of several tabs the browser goes on with the one that was there last.
    win.addEventListener("pagehide", () => {
      for (const [param, { sid, scope }] of pageOf(win)) if (sid) remember(win, param, sid, scope);
    });
  }
  if (sid && offer.scroll && isFirst(win, "scroll")) keepScroll(win);
  const isKept = drafts.length > 0;
  if ((isKept || guard) && isFirst(win, "fields")) watchFields(win);
  if (isKept && isFirst(win, "drafts")) keepDrafts(win, offer.owner);
  // Before the server has found the session, nobody knows whose they are.
  if (isKept && offer.held && isFirst(win, "waiting")) awaitFields(win);
  if (guard && isFirst(win, "guard")) guardLeaving(win);
}

/** Bring URL and referrer policy in order. Also what happens on Back, Forward and a new `#fragment`. */
function tend(win: Window): void {
  tidy(win);
  shield(win.document, isExposed(win));
}

function tell(win: Window, link: string): void {
  for (const holding of pageOf(win).values()) {
    if (holding.link === link || !holding.sid) continue;
    holding.link = link;
    holding.answer?.(makeAnswer(holding.sid, "memory", { link }));
  }
}

/**
 * Claim the session for this page, if nobody else may have it; of a session that this tab shares, its own place. A
 * claim is made once per id.
 */
function own(win: Window, { param, held, unique }: Offer, holding: Holding): void {
  const { sid } = holding;
  if (sid === null) return;
  const isJoining = held && !unique && holding.link !== null;
  const whose = isJoining
    ? join(win, param, sid)
    : unique
      ? (joined(win, param, sid) ?? sid)
      : null;
  const name = whose && `fluxlit:${param}:${whose}`;
  if (holding.claim?.name === name) return;
  holding.claim?.release();
  const onCopied = () =>
    whenAtRest(win, () => holding.answer?.(makeAnswer(sid, "storage", { copy: true })));
  holding.claim = name === null ? null : { name, release: claim(win, name, onCopied) };
}
