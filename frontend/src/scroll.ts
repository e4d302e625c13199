/**
 * Scroll position over F5: the browser keeps that of the document, but Streamlit scrolls an element in it,
 * which is empty at first. Kept for the page that the tab showed last, set once the content is long enough and again while
 * content above it still grows into its room, given up as soon as the visitor or the app scrolls.
 */

import { pageOf } from "./page";
import { isRunning } from "./patience";

/** Not the name of any param, which holds no colon. */
const KEY = "fluxlit::scroll";
const SCROLLER = '[data-testid="stMain"]';
const MEANT = ["wheel", "touchstart", "keydown", "pointerdown"];
const POLL_MS = 50;
const POLLS = 200;
const PLACEHOLDER = '[data-testid="stSkeleton"]';
/** How long nothing runs and nothing grows before the page counts as complete. */
const REST_POLLS = 10;

export function keepScroll(win: Window): void {
  win.addEventListener("pagehide", () => {
    try {
      win.sessionStorage.removeItem(KEY);
      const top = win.document.querySelector(SCROLLER)?.scrollTop ?? 0;
      // No holding has an id: the visitor took back the consent.
      if (top < 1 || ![...pageOf(win).values()].some(({ sid }) => sid)) return;
      win.sessionStorage.setItem(KEY, JSON.stringify([win.location.pathname, Math.round(top)]));
    } catch {
      // Storage refused: the page begins at its top.
    }
  });
  const top = keptTop(win);
  // Who has scrolled before this script was there knows better where to be.
  const now = win.document.querySelector(SCROLLER)?.scrollTop ?? 0;
  if (top > 0 && now < 1) restore(win, top);
}

/** The page is another visitor's now: what was kept is not brought back either. */
export function forgetScroll(win: Window): void {
  try {
    win.sessionStorage.removeItem(KEY);
  } catch {
    // Storage refused: nothing was kept.
  }
}

/** Zero unless this very page was reloaded, or come back to. */
function keptTop(win: Window): number {
  try {
    const [entry] = win.performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
    if (entry?.type !== "reload" && entry?.type !== "back_forward") return 0;
    const [path, top] = JSON.parse(win.sessionStorage.getItem(KEY) ?? "[]") as unknown[];
    return path === win.location.pathname && typeof top === "number" ? top : 0;
  } catch {
    return 0;
  }
}

function restore(win: Window, top: number): void {
  let timer = 0;
  const end = () => {
    win.clearInterval(timer);
    for (const name of MEANT) win.removeEventListener(name, end, true);
  };
  for (const name of MEANT) win.addEventListener(name, end, { capture: true, passive: true });
  let polls = 0;
  let rested = 0;
  let height = 0;
  let placed: number | null = null;
  timer = win.setInterval(() => {
    const scroller = win.document.querySelector(SCROLLER);
    polls += 1;
    const isForgotten = keptTop(win) !== top;
    if (polls > POLLS || isForgotten) return end();
    if (!scroller) return;
    const { scrollTop, scrollHeight, clientHeight } = scroller;
    const grown = scrollHeight - height;
    const room = scrollHeight - clientHeight;
    height = scrollHeight;
    // The browser moves a page that grows above what is seen, and Streamlit a chat that was at its bottom.
    const isMoved = placed !== null && scrollTop !== placed;
    const isFollowed = grown > 0 && room - scrollTop <= 1;
    if (isMoved && (grown === 0 || isFollowed)) return end();
    const isBusy =
      grown !== 0 || isRunning(win.document) || win.document.querySelector(PLACEHOLDER);
    rested = isBusy ? 0 : rested + 1;
    const isComplete = rested > REST_POLLS;
    if ((grown > 0 && room >= top) || isComplete) {
      scroller.scrollTop = top;
      placed = scroller.scrollTop;
    }
    if (isComplete) end();
  }, POLL_MS);
}
