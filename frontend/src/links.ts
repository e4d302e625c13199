/**
 * Links that open another tab take the session along: Ctrl, Shift or middle click, `target=_blank`.
 *
 * Just for that click the link gets a fragment with the id, which no request carries; the new tab adopts and
 * strips it, and then is a copy like any other. The document has its link back before anyone else runs.
 * Only links to pages of this app: everything else is not touched.
 */

import { isPage } from "./base";
import { listen } from "./listen";
import { pageOf } from "./page";

/** `href` with the ids of this page in its fragment, behind what stands there. */
function carrying(win: Window, href: string): string {
  const ids = new URLSearchParams();
  for (const [param, { sid }] of pageOf(win)) if (sid) ids.append(param, sid);
  const fragment = ids.toString();
  if (!fragment) return href;
  return `${href}${href.includes("#") ? "&" : "#"}${fragment}`;
}

export function carryAlong(win: Window): void {
  const onClick = (event: Event) => {
    try {
      const { button, ctrlKey, metaKey, shiftKey } = event as MouseEvent;
      const link = event
        .composedPath()
        .find((node) => (node as Partial<Element>).localName === "a") as
        | HTMLAnchorElement
        | undefined;
      const plain = link?.getAttribute("href");
      const isAsked = ctrlKey || metaKey || shiftKey;
      const opensTab = isAsked || button === 1 || link?.target.toLowerCase() === "_blank";
      if (!link || !plain || !opensTab || link.hasAttribute("download")) return;
      if (!isPage(win, new URL(link.href))) return;
      // Streamlit's page links take any click for one in this tab. Who holds a key asked the browser.
      if (isAsked) event.stopPropagation();
      const loaded = carrying(win, link.href);
      link.setAttribute("href", loaded);
      // The browser follows the link when this event has been dispatched, and then runs what waits.
      win.setTimeout(() => {
        if (link.getAttribute("href") === loaded) link.setAttribute("href", plain);
      });
    } catch {
      // A link that is none.
    }
  };
  listen(win, ["click", "auxclick"], onClick);
}
