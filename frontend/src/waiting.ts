/**
 * Drafts that wait for their field, which may come late: after a run, in a dialog, on another page of the app.
 *
 * The page is watched only while one waits. What stands in a field counts once it has stood there for a moment:
 * Streamlit draws some with their default first.
 */

import { type Field, fieldNamed, isOpen, isSecret, typeInto } from "./fields";
import { listen } from "./listen";
import { type Draft, type Realm, unsentOf, type Waiting } from "./page";
import { noteOf } from "./unsent";

const DAY_MS = 86_400_000;
const POLL_MS = 100;
/** After so many looks at a field its value is the server's. */
const SETTLED = 2;
/** After so many the server is not expected to come to the value that was typed over. */
const MISSED = 20;
/** For so many it is looked whether a late value of the server's has undone the typing. */
const WATCHED = 10;
const MEANT = ["keydown", "pointerdown"];

export function isFresh({ at }: Draft): boolean {
  return at > Date.now() - DAY_MS;
}

export function awaitFields(win: Window): void {
  const state = unsentOf(win);
  const { MutationObserver } = win as Realm;
  let timer = 0;
  const look = () => {
    timer = 0;
    state.waiting = state.waiting.filter((draft) => isFresh(draft) && stillWaits(win, draft));
    if (state.waiting.length === 0) {
      observer.disconnect();
      stop();
    } else if (state.waiting.some(({ polls }) => polls > 0)) schedule();
  };
  const schedule = () => {
    if (timer === 0) timer = win.setTimeout(look, POLL_MS);
  };
  const observer = new MutationObserver(schedule);
  // A field may be there before it is open, and become so without anything being put on the page.
  const attributeFilter = ["data-stale", "disabled"];
  observer.observe(win.document.body, { childList: true, subtree: true, attributeFilter });
  // From here on what becomes of the text is the visitor's doing.
  const stop = listen(win, MEANT, () => {
    state.waiting = state.waiting.filter(({ isTyped }) => !isTyped);
  });
  look();
}

function stillWaits(win: Window, draft: Waiting): boolean {
  const isHere = draft.path === win.location.pathname;
  const field = isHere ? fieldNamed(win.document, draft.name) : null;
  if (!field || !isOpen(field)) {
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
  if (isStill && draft.polls >= SETTLED) type(win, field, draft);
  return true;
}

function type(win: Window, field: Field, draft: Waiting): void {
  const state = unsentOf(win);
  const base = field.value;
  if (!draft.isTyped) Object.assign(draft, { isTyped: true, polls: 1 });
  state.isTyping = true;
  try {
    typeInto(win, field, draft.value);
  } finally {
    state.isTyping = false;
  }
  noteOf(win, field, base).earlier = draft.over;
}
