/**
 * Links that open another tab take the session along: Ctrl, Shift or middle click, `target=_blank`.
 *
 * Streamlit's links say `noopener`, and then the new tab begins with an empty `sessionStorage`. So the tab is
 * opened from here, with a copy of it, and is a copied tab like any other. The id is in no address: that would
 * stay in the browser's history, and its fragment goes along wherever the server sends the tab.
 * Only links to pages of this app: everything else is not touched.
 */

import { isPage } from "./base";
import { listen } from "./listen";
import { hasSession } from "./page";

export function carryAlong(win: Window): void {
  const onClick = (event: Event) => {
    try {
      const { button, ctrlKey, metaKey, shiftKey } = event as MouseEvent;
      const link = event
        .composedPath()
        .find((node) => (node as Partial<Element>).localName === "a") as
        | HTMLAnchorElement
        | undefined;
      const isAsked = ctrlKey || metaKey || shiftKey;
      const opensTab = isAsked || button === 1 || link?.target.toLowerCase() === "_blank";
      // Button 2 opens the browser's menu.
      if (!link?.getAttribute("href") || !opensTab || button === 2) return;
      if (link.hasAttribute("download")) return;
      if (!isPage(win, new URL(link.href)) || !hasSession(win)) return;
      // Chromium asks the pressed key whether it is a tab behind this one, or a window.
      const opened = win.open(link.href, "_blank");
      if (!opened) return; // refused: the link opens a tab without the session
      opened.opener = null;
      event.preventDefault();
      // Streamlit's page links take any click for one in this tab. Who holds a key asked the browser.
      if (isAsked) event.stopPropagation();
    } catch {
      // A link that is none.
    }
  };
  listen(win, ["click", "auxclick"], onClick);
}
