/**
 * Which text of this page was typed and not sent.
 *
 * A note is made of a field when a visitor begins to type in it, with the value that stood there: that is what the
 * server knows. Enter, leaving the field, or the button of its form says that the text is on its way; the note
 * goes with the next script run, because a widget with `on_change="ignore"` waits for one. What the field
 * itself refuses (a pattern, a range) stays unsent.
 */

import {
  elementOf,
  type Field,
  fieldOf,
  formOf,
  hasDialog,
  isChat,
  isInPopover,
  isSecret,
  nameOf,
  placeOf,
  sendsForm,
} from "./fields";
import { listen } from "./listen";
import { type Note, type Realm, unsentOf } from "./page";

/** How many earlier values of a line are remembered: a field with `live=True` may have sent any of them. */
const EARLIER = 20;

/** Watch the fields from now on. */
export function watchFields(win: Window): void {
  const { document: doc } = win;
  listen(doc, ["beforeinput"], (event) => {
    const field = fieldOf(event);
    if (field) noteOf(win, field, field.value);
  });
  listen(doc, ["input"], (event) => {
    const field = fieldOf(event);
    const state = unsentOf(win);
    if (!field || state.isTyping) return;
    // Who types goes first.
    state.waiting = state.waiting.filter(({ name }) => name !== nameOf(field));
    // Without a "beforeinput": React keeps the attribute at what was there before this event.
    const note = noteOf(win, field, field.defaultValue);
    if (field.localName === "input" && !formOf(field)) earlier(note);
    Object.assign(note, { value: field.value, isSent: false, hasRun: false });
  });
  listen(doc, ["keydown"], (event: KeyboardEvent) => {
    const field = fieldOf(event);
    if (!field || event.key !== "Enter" || event.isComposing) return;
    const form = formOf(field);
    if (field.localName !== "input" && !event.ctrlKey && !event.metaKey) return;
    if (form && !sendsForm(field)) return;
    send(win, (other) => (form ?? field).contains(other));
  });
  listen(doc, ["focusout"], (event) => {
    const field = fieldOf(event);
    if (field && !formOf(field)) send(win, (other) => other === field);
  });
  listen(doc, ["click"], ({ target }) => {
    const button = (target as Partial<Element> | null)?.closest?.("button");
    const opener = button ? nameOf(button) + button.textContent : Math.random();
    if (!hasDialog(doc)) unsentOf(win).opener = opener;
    if (!button) return;
    const isSubmit = button.closest('[data-testid="stFormSubmitButton"]');
    send(win, (field) => {
      const form = formOf(field);
      return (form ? isSubmit && form : elementOf(field))?.contains(button);
    });
  });
  const options = { subtree: true, attributeFilter: ["data-test-script-state"] };
  new (win as Realm).MutationObserver(() => takeSent(win)).observe(doc, options);
}

/** The fields whose text is unsent now, and their notes. */
export function unsent(win: Window): [Field, Note][] {
  const { notes } = unsentOf(win);
  for (const [field, note] of notes) {
    const place = placeOf(win, field);
    if (field.isConnected) Object.assign(note, { value: field.value, place });
    else if (!note.isInPopover || note.place !== place) notes.delete(field);
  }
  return [...notes].filter(([, { base, value }]) => !base.includes(value));
}

/** The note of a field; a new one says that the server knows `base`. */
export function noteOf(win: Window, field: Field, base: string): Note {
  const { notes } = unsentOf(win);
  const known = notes.get(field);
  if (known) return known;
  const name = isSecret(field) ? null : nameOf(field);
  // Taken off the page with its popover and put back with its text.
  const left = [...notes].find(
    ([it, its]) => !it.isConnected && its.value === field.value && its.name === name,
  );
  if (left) notes.delete(left[0]);
  const note = left?.[1] ?? {
    name,
    place: placeOf(win, field),
    base: isChat(field) ? ["", base] : [base],
    earlier: [],
    value: base,
    isInPopover: isInPopover(field),
    isSent: false,
    hasRun: false,
  };
  notes.set(field, note);
  return note;
}

function earlier(note: Note): void {
  note.earlier = [...note.earlier, note.value].slice(-EARLIER);
}

/** The text of these fields is on its way. Chat shows by itself when it is. */
function send(win: Window, isOne: (field: Field) => boolean | undefined): void {
  const { notes } = unsentOf(win);
  for (const [field, note] of notes) {
    if (isChat(field) || !isOne(field)) continue;
    earlier(note);
    // A field with `live=True` has sent it already, and nothing more will come of leaving it.
    if (note.hasRun) notes.delete(field);
    else note.isSent = true;
  }
}

/** A script run began or ended: it has taken what was sent. */
export function takeSent(win: Window): void {
  const { notes } = unsentOf(win);
  for (const [field, note] of notes) {
    const sent = formOf(field) ?? elementOf(field);
    if (!note.isSent) note.hasRun = true;
    else if (!field.validity.valid || sent?.querySelector('[aria-invalid="true"]')) {
      note.isSent = false;
    } else notes.delete(field);
  }
}
