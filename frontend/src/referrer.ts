/**
 * Keeps an id that stands in the URL out of the Referer header.
 *
 * A meta `strict-origin` sends the origin and nothing else, to everyone. It is added only while the URL
 * shows an id, which in clean mode is never, unless the browser would not let us strip it (the strip is
 * synchronous: no request can go out in between).
 *
 * A policy of the page that is stricter is never loosened:
 * - `no-referrer`, `origin`, `strict-origin` never send path or query: left alone;
 * - `same-origin` sends nothing to others, but the full URL to its own server, whose log the id then
 *   reaches. Stricter towards others, looser at home: only `no-referrer` is at least as strict both ways.
 * A policy that comes as a response header cannot be read from here. Should it be `no-referrer` or
 * `same-origin`, the meta lets other sites see our origin, still never the id.
 */

/** Policies that never send path or query; `never` is the old name of `no-referrer`. */
const SILENT = /^(no-referrer|never|(strict-)?origin)$/;
/** Policies that tell other origins nothing, which `strict-origin` would. */
const RESERVED = /^(no-referrer|never|same-origin)$/;
const MARK = "data-fluxlit";

/** The policy to add beside those of the page, or null. Which of several holds is the order of insertion,
 * which the document does not tell: so all of them count. */
function policyBeside(metas: readonly HTMLMetaElement[]): string | null {
  const policies = metas.map((meta) => meta.content.trim().toLowerCase());
  if (policies.length > 0 && policies.every((policy) => SILENT.test(policy))) return null;
  return policies.some((policy) => RESERVED.test(policy)) ? "no-referrer" : "strict-origin";
}

/** Add our meta while `exposed`, remove it afterwards. */
export function shield(document: Document, exposed: boolean): void {
  const metas = [...document.querySelectorAll<HTMLMetaElement>('meta[name="referrer" i]')];
  const ours = metas.find((meta) => meta.hasAttribute(MARK));
  if (exposed === (ours !== undefined)) return;
  if (ours) {
    ours.remove();
    // Browsers do not listen to a removal: the last policy written holds on. Write the page's own again.
    // https://html.spec.whatwg.org/multipage/semantics.html#meta-referrer
    const last = metas.filter((meta) => meta !== ours).pop();
    last?.setAttribute("content", last.content);
    return;
  }
  const policy = policyBeside(metas);
  if (policy === null) return;
  const meta = document.createElement("meta");
  meta.name = "referrer";
  meta.content = policy;
  meta.setAttribute(MARK, "");
  document.head.append(meta);
}
