/**
 * Our key in a URL: read it, remove it, set it. Pure string work on an absolute URL.
 *
 * The key may stand in the query (`?a=1&fluxlit_sid=...`) and in the fragment, which is read the same
 * way (`#fluxlit_sid=...`). What is not ours stays byte for byte: URLSearchParams is used to *read* one
 * segment as the browser would, never to write the rest, because it turns `%20` into `+`, `a` into
 * `a=` and drops empty segments.
 */

import { isWellFormed } from "./protocol";

interface Parts {
  readonly path: string;
  readonly query: string | null;
  readonly fragment: string | null;
}

function cut(text: string, mark: string): [string, string | null] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
}

function split(href: string): Parts {
  const [head, fragment] = cut(href, "#");
  const [path, query] = cut(head, "?");
  return { path, query, fragment };
}

function join({ path, query, fragment }: Parts): string {
  return path + (query === null ? "" : `?${query}`) + (fragment === null ? "" : `#${fragment}`);
}

/** The leading `&` keeps a `?` that belongs to the first name: URLSearchParams would eat it. */
function read(part: string | null): URLSearchParams {
  return new URLSearchParams(`&${part ?? ""}`);
}

function drop(part: string | null, key: string): string | null {
  // Nothing of ours: nothing to touch, not even a lone `?`.
  if (part === null || !read(part).has(key)) return part;
  const others = part.split("&").filter((segment) => !read(segment).has(key));
  return others.join("&") || null;
}

/** One well-formed value or nothing: of two ids nobody can say which one was meant. */
function soleId(part: string | null, key: string): string | null {
  const values = read(part).getAll(key);
  const [value] = values;
  return values.length === 1 && isWellFormed(value) ? value : null;
}

export function idInQuery(href: string, key: string): string | null {
  return soleId(split(href).query, key);
}

export function idInFragment(href: string, key: string): string | null {
  return soleId(split(href).fragment, key);
}

/** Key of a link made by `session.link()`; it stands in the fragment only. */
export const LINK = "fluxlit_link";

/** The token of a link: null where there is none, "" where it is not one. */
export function linkIn(href: string): string | null {
  const { fragment } = split(href);
  return read(fragment).has(LINK) ? (soleId(fragment, LINK) ?? "") : null;
}

/** Whether the key stands in the URL at all, well-formed or not. */
export function carriesKey(href: string, key: string): boolean {
  return withoutKey(href, key) !== href;
}

export function withoutKey(href: string, key: string): string {
  const { path, query, fragment } = split(withoutFragmentKey(href, key));
  return join({ path, query: drop(query, key), fragment });
}

export function withoutFragmentKey(href: string, key: string): string {
  const [head, fragment] = cut(href, "#");
  const kept = drop(fragment, key);
  return kept === null ? head : `${head}#${kept}`;
}

/** The key set to `sid` in the query: where it stands, or at the end. Removed from the fragment. */
export function withKey(href: string, key: string, sid: string): string {
  const { path, query, fragment } = split(href);
  const pair = new URLSearchParams([[key, sid]]).toString();
  const segments = query ? query.split("&") : [];
  const isOurs = (segment: string) => read(segment).has(key);
  const kept = segments.filter((segment) => !isOurs(segment));
  const at = segments.findIndex(isOurs);
  kept.splice(at < 0 ? kept.length : at, 0, pair);
  return join({ path, query: kept.join("&"), fragment: drop(fragment, key) });
}
