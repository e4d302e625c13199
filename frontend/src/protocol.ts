/**
 * What the server and the bridge say to each other.
 *
 * The server's `data` is an offer, the bridge's state value is an answer. Both are versioned and
 * parsed where they arrive; `frontend/protocol/examples.json` describes them for both languages.
 */

export const PROTOCOL = 1;

export type AddressBar = "clean" | "visible";

/** How long the id is kept: as long as its tab, or also by the browser after the tab was closed. */
export type Scope = "tab" | "browser";

/** Whether the id may be kept in the browser: without consent only in the page; "erase": no longer. */
export type Storing = "yes" | "no" | "erase";

/** What to do with what the page has of another person or of a discarded session: "forget" where it was
 * scrolled to, or "reload" it. */
export type Afresh = "no" | "forget" | "reload";

/** Where the answered id was found; "offer" means that it came from the server. */
export type Source = "memory" | "query" | "fragment" | "storage" | "history" | "offer";

export interface Offer {
  readonly protocol: typeof PROTOCOL;
  /** The query key, and the name under which everything is kept. */
  readonly param: string;
  readonly sid: string;
  /** True: the server knows this to be the tab's id. False: take it unless the tab has one. */
  readonly held: boolean;
  /** Whether the server wants to hear that a held id was adopted (it rotated the id). */
  readonly confirm: boolean;
  /** Ids this tab may not answer with: the server does not know them. */
  readonly refused: readonly string[];
  readonly addressBar: AddressBar;
  readonly scope: Scope;
  /** A line for the visitor, or null. */
  readonly notice: string | null;
  /** Whether an answer has to wait for the end of the present run. */
  readonly patient: boolean;
  /** Whether two living pages must not share the id: the second one is to say that it is a copy. */
  readonly unique: boolean;
  readonly storing: Storing;
  /** Whether the scroll position is kept over F5. */
  readonly scroll: boolean;
  readonly afresh: Afresh;
  /** Glob patterns of the keys of fields whose drafts are kept. */
  readonly drafts: readonly string[];
  /** Whose drafts they are: to be compared, and nothing else. */
  readonly owner: string;
  /** Whether the session has a record, so that a page load is to find it again. */
  readonly stored: boolean;
  /** Whether the app asks to guard unsent text when the page is left. */
  readonly guard: boolean;
}

/** A type, not an interface: Streamlit's state values want an index signature. */
export type Answer = {
  readonly protocol: typeof PROTOCOL;
  readonly sid: string;
  readonly source: Source;
  /** Another living page has this id: this one is a copy of it. */
  readonly copy?: true;
  /** The token of a link that was opened, or "" if it is none: for the server to redeem. */
  readonly link?: string;
};

const SHAPE = /^[\w-]{43}$/;

/** Whether `candidate` has the shape of an id. Says nothing about whether the server knows it. */
export function isWellFormed(candidate: unknown): candidate is string {
  return typeof candidate === "string" && SHAPE.test(candidate);
}

/** The offer in `data`, or null. Unknown fields are ignored: an older bridge, a newer server. */
export function parseOffer(data: unknown): Offer | null {
  if (typeof data !== "object" || data === null) return null;
  const offer = data as Record<keyof Offer, unknown>;
  const {
    protocol,
    param,
    sid,
    held,
    confirm,
    refused,
    addressBar,
    scope,
    notice,
    patient,
    unique,
    storing,
    scroll,
    afresh,
    drafts,
    owner,
    stored,
    guard,
  } = offer;
  if (protocol !== PROTOCOL) return null;
  if (typeof param !== "string" || !param || !isWellFormed(sid)) return null;
  if (typeof held !== "boolean" || typeof confirm !== "boolean") return null;
  if (!areTexts(refused)) return null;
  if (addressBar !== "clean" && addressBar !== "visible") return null;
  if (scope !== "tab" && scope !== "browser") return null;
  const line = typeof notice === "string" && notice ? notice : null;
  return {
    protocol,
    param,
    sid,
    held,
    confirm,
    refused,
    addressBar,
    scope,
    notice: line,
    patient: patient === true,
    unique: unique === true,
    storing: storing === "no" || storing === "erase" ? storing : "yes",
    scroll: scroll === true,
    afresh: afresh === "forget" || afresh === "reload" ? afresh : "no",
    drafts: areTexts(drafts) ? drafts : [],
    owner: typeof owner === "string" ? owner : "",
    stored: stored === true,
    guard: guard === true,
  };
}

function areTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((it) => typeof it === "string");
}

/** What an answer says beside the id; absent is absent, so that the server sees no empty words. */
export type Aside = Pick<Answer, "copy" | "link">;

export function makeAnswer(sid: string, source: Source, aside: Aside = {}): Answer {
  return { protocol: PROTOCOL, sid, source, ...aside };
}
