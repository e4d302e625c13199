/**
 * Drafts that wait for their field, which may come late: after a run, in a dialog, on another page of the app.
 *
 * The page is watched only while one waits. What stands in a field counts once it has stood there for a moment:
 * Streamlit draws some with their default first.
 */

import { isWanted } from "./drafts";
import { fieldAt, isOpen, isSecret, leave, typeInto } from "./fields";
import { listen } from "./listen";
import { type Realm, unsentOf, type Waiting } from "./page";
import { noteOf } from "./unsent";

const DAY_MS = 86_400_000;
const POLL_MS = 100;
/** After so many looks at a field its value is the server's. */
const SETTLED = 2;
/** After so many the server is not expected to come to the value that was typed over. */
const MISSED = 20;
/** For so many it is looked whether a late value of the server's has undone the typing. */
const WATCHED = 10;

export function awaitFields(win: Window): void {
  const state = unsentOf(win);
  if (state.waiting.length === 0) return;
  let timer = 0;
  const look = () => {
    timer = 0;
    state.waiting = state.waiting.filter((draft) => stillWaits(win, draft));
    if (state.waiting.some(({ polls }) => polls > 0)) schedule();
  };
  const schedule = () => {
    if (timer === 0) timer = win.setTimeout(look, POLL_MS);
  };
  const observer = new (win as Realm).MutationObserver(schedule);
  // A field may be there before it is open, and become so without anything being put on the page. The address, too.
  observer.observe(win.document.body, { childList: true, subtree: true, attributes: true });
  listen(win, ["mousedown", "click", "keydown"], ({ target, key }: KeyboardEvent) => {
    // From here on what becomes of the text is the visitor's doing. What was sent, and may have been taken, goes
    // into no field that shows up from now on.
    state.waiting = state.waiting.filter(({ isTyped, isSent }) => !isTyped && !isSent);
    // Text that was typed back had no focus to lose. Its field is left when the visitor turns to something else;
    // a key that is pressed while nothing has the focus does not.
    for (const [field, note] of state.notes) {
      if (!note.isTyped || field === target || (key && target === win.document.body)) continue;
      note.isTyped = false;
      leave(win, field);
    }
  });
  look();
}

function stillWaits(win: Window, draft: Waiting): boolean {
  if (draft.at < Date.now() - DAY_MS) return false;
  const field = fieldAt(win, draft.place);
  if (!field || !isOpen(field) || !isWanted(win, draft)) {
    Object.assign(draft, { polls: 0, isTyped: false });
    return true;
  }
  if (isSecret(field)) return false;
  const { value } = field;
  const isStill = value === draft.shown;
  Object.assign(draft, { shown: value, polls: draft.polls + 1 });
  if (draft.isTyped && draft.polls > WATCHED) return false;
  if (value === draft.value) return draft.isTyped;
  if (!draft.over.includes(value)) return draft.isTyped || draft.polls < MISSED;
  if (isStill && draft.polls >= SETTLED) {
    if (!draft.isTyped) Object.assign(draft, { isTyped: true, polls: 1 });
    const state = unsentOf(win);
    state.isTyping = true;
    typeInto(win, field, draft.value);
    state.isTyping = false;
    Object.assign(noteOf(win, field, value), { earlier: draft.over, isTyped: true });
  }
  return true;
}
