/**
 * The fields in which a visitor types: which they are, what they are called, and how text is put into one as if
 * it was typed. What is asked of the page are names that Streamlit documents or has kept for years: the class
 * `st-key-<key>`, and test ids.
 */

import { withoutKey } from "./address";
import { pageOf, type Realm, unsentOf } from "./page";

export type Field = HTMLInputElement | HTMLTextAreaElement;

const FIELDS = [
  '[data-testid="stTextInput"] input',
  '[data-testid="stTextArea"] textarea',
  '[data-testid="stNumberInput"] input',
  '[data-testid="stChatInput"] textarea',
].join();
/** Around a field that is no wider there may be no room for Streamlit's line about Enter, in pixels. */
const NARROW = 180;

export function fieldOf(event: Event): Field | null {
  const target = event.target as Partial<Field> | null;
  return target?.matches?.(FIELDS) ? (target as Field) : null;
}

/** What Streamlit has drawn around the field, by its test id. */
function around(field: Element, name: string): Element | null {
  return field.closest(`[data-testid="st${name}"]`);
}

export function elementOf(field: Element): Element | null {
  return around(field, "ElementContainer");
}

/** The form whose button sends the field, or null. */
export function formOf(field: Field): Element | null {
  return around(field, "Form");
}

/** Whether Enter in a field of a form sends it: not with `enter_to_submit=False`, nor if its button is disabled. */
export function sendsForm(field: Field): boolean {
  const line = elementOf(field)?.querySelector('[data-testid="InputInstructions"]');
  return field.clientWidth <= NARROW || /submit/.test(line?.textContent ?? "");
}

/** Chat empties itself when it is sent, and tells nobody anything before. */
export function isChat(field: Field): Element | null {
  return around(field, "ChatInput");
}

/** Streamlit takes the text of a closed popover off the page and puts it back. */
export function isInPopover(field: Field): boolean {
  return !!around(field, "PopoverBody");
}

/** The key as its class spells it, every other character a hyphen; null without a key. */
export function nameOf(field: Element): string | null {
  return /\bst-key-(\S+)/.exec(elementOf(field)?.className ?? "")?.[1] ?? null;
}

/**
 * Where the field stands: the page's address without our keys and its fragment, the field's key and label. For which
 * record a dialog is open only the button tells that has opened it; a popover beside a dialog belongs to it.
 */
export function placeOf(win: Window, field: Field): string {
  const address = [...pageOf(win).keys()].reduce(withoutKey, win.location.href).replace(/#.*/, "");
  const isInDialog = around(field, "Dialog") || (isInPopover(field) && hasDialog(win.document));
  const opener = isInDialog && unsentOf(win).opener;
  return `${address} ${nameOf(field)} ${field.getAttribute("aria-label")} ${opener}`;
}

export function hasDialog(doc: Document): Element | null {
  return doc.querySelector('[data-testid="stDialog"]');
}

/** A password that is shown for a moment is none of type "password", but has a button beside it. */
export function isSecret(field: Field): boolean {
  return (
    field.type === "password" ||
    /password|one-time-code/i.test(field.getAttribute("autocomplete") ?? "") ||
    !!elementOf(field)?.querySelector('button[aria-label*="password" i]')
  );
}

/** The field of that place, if there is just one: two keys may have one class. */
export function fieldAt(win: Window, place: string): Field | null {
  const fields = [...win.document.querySelectorAll<Field>(FIELDS)];
  const [field, other] = fields.filter((it) => placeOf(win, it) === place);
  return (!other && field) || null;
}

/** Whether it belongs to the present run, and the app lets a visitor type in it. */
export function isOpen(field: Field): boolean {
  return !field.disabled && !field.closest('[data-stale="true"]');
}

/**
 * Type `text` over what is in the field, without the focus. What is longer than the field's `max_chars` it
 * refuses as a whole, so of that it gets as much as it takes, like from a visitor's keys.
 */
export function typeInto(win: Window, field: Field, text: string): void {
  const { set } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value") ?? {};
  const takes = (length: number) => {
    const part = text.slice(0, length);
    set?.call(field, part);
    field.dispatchEvent(new (win as Realm).Event("input", { bubbles: true }));
    return field.value === part;
  };
  if (!takes(text.length)) {
    let length = 0;
    for (let more = 1 << 19; more > 0; more >>= 1) if (takes(length + more)) length += more;
    // Not half of a character that takes two places.
    if (/[\uD800-\uDBFF]/.test(text.charAt(length - 1))) takes(length - 1);
  }
  // A form takes over what was typed when the field is left; older releases do it only then. The server
  // hears of it when the form is sent.
  if (formOf(field)) leave(win, field);
}

/** As if the focus was in it, and went. */
export function leave(win: Window, field: Field): void {
  field.dispatchEvent(new (win as Realm).FocusEvent("focusout", { bubbles: true }));
}
