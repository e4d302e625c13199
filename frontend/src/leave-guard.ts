/** Asks before the page is left while something is unsent, as long as the app wants that. */

import { pageOf } from "./page";
import { unsent } from "./unsent";

export function guardLeaving(win: Window): void {
  win.addEventListener("beforeunload", (event) => {
    const isAsked = [...pageOf(win).values()].some(({ guard }) => guard);
    if (!isAsked || unsent(win).length === 0) return;
    event.preventDefault();
    event.returnValue = true; // older Chromium and Safari go by this
  });
}
