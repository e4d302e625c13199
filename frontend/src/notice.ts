/**
 * One short line for the visitor, as a small badge in a corner: for instance that nothing is being saved right
 * now. It takes no space, catches no click, and goes as soon as the server stops sending it.
 */

const ID = "fluxlit-notice";
const LOOK =
  "position:fixed;right:1rem;bottom:1rem;z-index:999990;padding:.35rem .8rem;border-radius:1rem;" +
  "font:500 .8rem/1.3 system-ui,sans-serif;background:#6b4e00;color:#fff;pointer-events:none";

export function notify(doc: Document, text: string | null | undefined): void {
  const there = doc.getElementById(ID);
  if (!text) {
    there?.remove();
    return;
  }
  const badge = there ?? doc.createElement("div");
  badge.id = ID;
  badge.setAttribute("role", "status");
  badge.style.cssText = LOOK;
  badge.textContent = text;
  if (!there) doc.body.append(badge);
}
