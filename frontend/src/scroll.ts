/**
 * Scroll position over F5: the browser keeps that of the document, but Streamlit scrolls an element in it,
 * which is empty at first. Kept for the page that the tab showed last, set once the content is long enough and held while
 * content above it still grows into its room, given up as soon as the visitor or the app scrolls.
 */

import { pageOf } from "./page";
import { isRunning } from "./patience";

/** Not the name of any param, which holds no colon. */
const KEY = "fluxlit::scroll";
const SCROLLER = ".stMain";
/** Streamlit takes a new page with a chat's input to its bottom, step by step: nothing else can move it meanwhile. */
const CHAT = '[data-testid="stAppScrollToBottomContainer"]';
const MEANT = ["wheel", "touchstart", "keydown", "pointerdown"];
const POLL_MS = 50;
const PLACEHOLDER = '[data-testid="stSkeleton"]';
/** How long nothing runs and nothing grows before the page counts as complete. */
const REST_POLLS = 10;
/** The same for a page that is shorter than it was, whose content may come later. */
const LATE_POLLS = 200;
/** The longest time, for a page that never rests. */
const MOST_POLLS = 1200;

export function keepScroll(win: Window): void {
  win.addEventListener("pagehide", () => {
    try {
      win.sessionStorage.removeItem(KEY);
      const top = placeOf(win);
      // No holding has an id: the visitor took back the consent.
      if (top < 1 || ![...pageOf(win).values()].some(({ sid }) => sid)) return;
      win.sessionStorage.setItem(KEY, JSON.stringify([win.location.pathname, Math.round(top)]));
    } catch {
      // Storage refused: the page begins at its top.
    }
  });
  const top = keptTop(win);
  // Who has scrolled before this script was there knows better where to be.
  const now = win.document.querySelector(`${SCROLLER}:not(${CHAT})`)?.scrollTop ?? 0;
  if (top > 0 && now < 1) restore(win, top);
}

/** Zero for a chat at its bottom, where Streamlit holds it however long it becomes. */
function placeOf(win: Window): number {
  const scroller = win.document.querySelector(SCROLLER);
  if (!scroller) return 0;
  const { scrollTop, scrollHeight, clientHeight } = scroller;
  const isHeld = scroller.matches(CHAT) && scrollHeight - clientHeight - scrollTop < 2;
  return isHeld ? 0 : scrollTop;
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
    anchor(win, "");
  };
  for (const name of MEANT) win.addEventListener(name, end, { capture: true, passive: true });
  let polls = 0;
  let rested = 0;
  let height = 0;
  let seen = 0;
  let isPlaced = false;
  timer = win.setInterval(() => {
    const scroller = anchor(win, "none");
    polls += 1;
    const isForgotten = keptTop(win) !== top;
    if (polls > MOST_POLLS || isForgotten) return end();
    if (!scroller) return;
    const { scrollTop, scrollHeight, clientHeight } = scroller;
    const grown = scrollHeight - height;
    height = scrollHeight;
    // A page that becomes shorter moves what it shows. Anything else that moves it means to.
    const isMoved = scrollTop !== seen && grown >= 0;
    const isChat = scroller.matches(CHAT);
    if (isMoved && isPlaced && !isChat) return end();
    const isBusy =
      grown !== 0 ||
      (isMoved && isChat) ||
      isRunning(win.document) ||
      win.document.querySelector(PLACEHOLDER);
    rested = isBusy ? 0 : rested + 1;
    const isInReach = scrollHeight - clientHeight >= top;
    if (rested > REST_POLLS || (isInReach && !isChat)) {
      scroller.scrollTop = top;
      isPlaced = true;
    }
    seen = scroller.scrollTop;
    // What is out of reach may still come, with the run that follows this one.
    if (rested > (isInReach ? 2 * REST_POLLS : LATE_POLLS)) end();
  }, POLL_MS);
}

/** Say whether the browser may move the page when content above grows. It grows into the place that it had. */
function anchor(win: Window, how: "none" | ""): HTMLElement | null {
  const scroller = win.document.querySelector<HTMLElement>(SCROLLER);
  if (scroller && scroller.style.overflowAnchor !== how) scroller.style.overflowAnchor = how;
  return scroller;
}
