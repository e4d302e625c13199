/**
 * Drafts: text that was typed and not sent is typed back after the page was left or loaded anew.
 *
 * They are kept for the tab, in `sessionStorage`, when the page is left, and under no id: the one that stands
 * beside them says whose they are. A draft waits until its page and its field are shown, at most a day. It goes
 * where a visitor has begun to type, where the server has a newer value, and with its session.
 */

import { fieldNamed, isSecret } from "./fields";
import { admits } from "./glob";
import { listen } from "./listen";
import { type Draft, pageOf, unsentOf } from "./page";
import { drop, write } from "./storage";
import { storageName } from "./tab";
import { unsent } from "./unsent";
import { isFresh } from "./waiting";

const MOST = 50;
const MOST_CHARACTERS = 500_000;

const keyOf = (win: Window) => storageName(win, ":drafts");

/** Look after the drafts of this page, which shows what `owner` types. */
export function keepDrafts(win: Window, owner: string): void {
  unsentOf(win).waiting = read(win)
    .drafts.filter(({ by }) => !by || by === owner)
    .filter((draft) => isFresh(draft) && isWanted(win, draft.name))
    .map((draft) => ({ ...draft, polls: 0, isTyped: false }));
  // A tab in the background may end without another word.
  listen(win, ["pagehide", "visibilitychange"], () => save(win));
}

/** The page is another visitor's now, or the session is another one. */
export function forgetDrafts(win: Window): void {
  unsentOf(win).notes.clear();
  dropKept(win);
}

/** The app wants no drafts; what is unsent on this page is guarded all the same. */
export function dropKept(win: Window): void {
  unsentOf(win).waiting = [];
  drop(win, "sessionStorage", keyOf(win));
}

/** Whose the kept drafts are, if their session had no record; else null. */
export function unstoredOwner(win: Window, param: string): string | null {
  return read(win).unstored[param] ?? null;
}

function isWanted(win: Window, name: string): boolean {
  const holdings = [...pageOf(win).values()];
  return holdings.some(({ sid, drafts }) => sid && admits(drafts, name));
}

function save(win: Window): void {
  // Without a session that wants them, such as without consent, nothing is written.
  const sessions = [...pageOf(win)].filter(([, { sid }]) => sid);
  if (sessions.length === 0) return;
  const { waiting } = unsentOf(win);
  const drafts = within([...drafted(win), ...waiting].filter(({ name }) => isWanted(win, name)));
  const unstored = Object.fromEntries(sessions.map(([param, it]) => [param, it.unstored]));
  const text = JSON.stringify({ unstored, drafts });
  if (drafts.length > 0) write(win, "sessionStorage", keyOf(win), text);
  else drop(win, "sessionStorage", keyOf(win));
}

function drafted(win: Window): Draft[] {
  const drafts: Draft[] = [];
  const { by } = unsentOf(win);
  for (const [field, note] of unsent(win)) {
    const { name, path, base, earlier, value } = note;
    if (name === null || note.isSecret || isSecret(field)) continue;
    if (field.isConnected && fieldNamed(win.document, name) !== field) continue;
    const over = [...new Set([...base, ...earlier])];
    drafts.push({ name, path, over, value, by, at: Date.now() });
  }
  return drafts;
}

/** One for each field, as many as have room. */
function within(drafts: Draft[]): Draft[] {
  const fitting = new Map<string, Draft>();
  let left = MOST_CHARACTERS;
  for (const draft of drafts) {
    const { name, path, over, value } = draft;
    const field = `${name} ${path}`;
    const size = value.length + over.join("").length;
    if (fitting.has(field) || fitting.size === MOST || size > left) continue;
    left -= size;
    fitting.set(field, draft);
  }
  return [...fitting.values()];
}

interface Kept {
  /** By param. */
  readonly unstored: Readonly<Record<string, string | null>>;
  readonly drafts: readonly Draft[];
}

function read(win: Window): Kept {
  const nothing: Kept = { unstored: {}, drafts: [] };
  try {
    return { ...nothing, ...JSON.parse(win.sessionStorage.getItem(keyOf(win)) ?? "{}") };
  } catch {
    return nothing;
  }
}
