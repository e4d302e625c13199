/**
 * Drafts: text that was typed and not sent is typed back after the page was left or loaded anew.
 *
 * They are kept for the tab, in `sessionStorage`, when the page is left, and under no id: the one that stands
 * beside them says whose they are. A draft waits until its page and its field are shown, at most a day. It goes
 * where a visitor has begun to type, where the server has a newer value, and with its session.
 */

import { fieldAt, isSecret } from "./fields";
import { admits } from "./glob";
import { listen } from "./listen";
import { type Draft, isFirst, pageOf, type Unsent, unsentOf } from "./page";
import { drop, write } from "./storage";
import { storageName } from "./tab";
import { unsent } from "./unsent";

const MOST = 50;
const MOST_CHARACTERS = 500_000;

const keyOf = (win: Window) => storageName(win, ":drafts");
const empty = (win: Window) => drop(win, "sessionStorage", keyOf(win));

/** Look after the drafts of this page, which shows what `owner` types. */
export function keepDrafts(win: Window, owner: string): void {
  const state = take(win);
  state.waiting = state.waiting.filter(({ by }) => !by || by === owner);
  // A tab in the background may end without another word. One that is shown keeps nothing beside the page: what
  // is sent from now on would be unsent text in a copy of the tab.
  listen(win, ["pagehide", "visibilitychange"], ({ type }) => {
    if (type === "pagehide" || win.document.hidden) save(win);
    else empty(win);
  });
}

/** The page is another visitor's now, or its session another one. */
export function forgetDrafts(win: Window): void {
  const state = take(win);
  state.notes.clear();
  state.waiting = [];
  empty(win);
}

/** Whose the kept drafts are, if their session had no record; else null. */
export function unstoredOwner(win: Window, param: string): string | null {
  return take(win).unstored[param] ?? null;
}

/** Whether a session of this page keeps it. */
export function isWanted(win: Window, { name }: Draft): boolean {
  const holdings = [...pageOf(win).values()];
  return holdings.some(({ sid, drafts }) => sid && admits(drafts, name));
}

/** What the tab has kept is taken out of its storage once, into the memory of the page. */
function take(win: Window): Unsent {
  const state = unsentOf(win);
  if (!isFirst(win, "kept")) return state;
  try {
    const { drafts, ...kept } = JSON.parse(win.sessionStorage.getItem(keyOf(win)) as string);
    const waiting = drafts.map((draft: Draft) => ({ ...draft, polls: 0, isTyped: false }));
    Object.assign(state, kept, { waiting });
  } catch {
    // Nothing stands there, or nothing of ours.
  }
  empty(win);
  return state;
}

function save(win: Window): void {
  const { by, waiting, opener } = unsentOf(win);
  // One for each field, as many as have room.
  const drafts = new Map<string, Draft>();
  let left = MOST_CHARACTERS;
  const keep = (draft: Draft) => {
    const { place, over, value } = draft;
    const { length } = `${value}${over}`;
    if (drafts.has(place) || drafts.size === MOST || length > left || !isWanted(win, draft)) return;
    left -= length;
    drafts.set(place, draft);
  };
  for (const [field, { name, place, base, earlier, value, isSent }] of unsent(win)) {
    if (name === null || isSecret(field)) continue;
    if (field.isConnected && fieldAt(win, place) !== field) continue;
    const over = [...new Set([...base, ...earlier])];
    keep({ name, place, over, value, by, isSent, at: Date.now() });
  }
  waiting.forEach(keep);
  empty(win);
  if (drafts.size === 0) return;
  const unstored = Object.fromEntries([...pageOf(win)].map(([param, it]) => [param, it.unstored]));
  const text = JSON.stringify({ unstored, opener, drafts: [...drafts.values()] });
  write(win, "sessionStorage", keyOf(win), text);
}
