/**
 * Scroll position over F5: the browser keeps that of the document, but Streamlit scrolls an element in it,
 * which is empty at first. Kept for the page that the tab showed last, set once the content is long enough and held while
 * content above it still grows into its room, given up as soon as the visitor or the app scrolls.
 */

import { listen } from "./listen";
import { pageOf } from "./page";
import { isRunning } from "./patience";
import { drop, write } from "./storage";

/** Not the name of any param, which holds no colon. */
const KEY = "fluxlit::scroll";
const CHAT = "stAppScrollToBottomContainer";
const MEANT = ["wheel", "touchstart", "keydown", "pointerdown"];
const POLL_MS = 50;
const PLACEHOLDER = '[data-testid="stSkeleton"]';
/** How long nothing runs and nothing grows before the page counts as complete. */
const REST_POLLS = 10;
/** The same for a page that is shorter than it was, whose content may come later. */
const LATE_POLLS = 200;
/** The longest time, for a page that never rests. */
const MOST_MS = 60_000;

export function keepScroll(win: Window): void {
  win.addEventListener("pagehide", () => {
    forgetScroll(win);
    const scroller = scrollerOf(win);
    // Streamlit holds a chat at its bottom, however long it becomes.
    if (!scroller || (isChat(scroller) && roomOf(scroller) - scroller.scrollTop < 2)) return;
    const top = Math.round(scroller.scrollTop);
    // No holding has an id: the visitor took back the consent.
    if (top < 1 || ![...pageOf(win).values()].some(({ sid }) => sid)) return;
    write(win, "sessionStorage", KEY, JSON.stringify([win.location.pathname, top]));
  });
  const top = keptTop(win);
  const scroller = scrollerOf(win);
  // Who has scrolled before this script was there knows better where to be.
  if (top > 0 && (!scroller || scroller.scrollTop < 1 || isChat(scroller))) restore(win, top);
}

/** The element that Streamlit scrolls, if it is there yet. */
function scrollerOf(win: Window): HTMLElement | null {
  return win.document.querySelector(`[data-testid="stMain"],[data-testid="${CHAT}"]`);
}

function roomOf({ scrollHeight, clientHeight }: HTMLElement): number {
  return scrollHeight - clientHeight;
}

/** Streamlit takes a new page with a chat's input to its bottom, step by step: nothing else can move it meanwhile. */
function isChat({ dataset }: HTMLElement): boolean {
  return dataset.testid === CHAT;
}

/** The page is another visitor's now: what was kept is not brought back either. */
export function forgetScroll(win: Window): void {
  drop(win, "sessionStorage", KEY);
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
  const anchor = "overflow-anchor";
  const end = () => {
    win.clearInterval(timer);
    stop();
    scrollerOf(win)?.style.removeProperty(anchor);
  };
  const stop = listen(win, MEANT, end);
  let rested = 0;
  let height = 0;
  let seen = 0;
  let isPlaced = false;
  timer = win.setInterval(() => {
    if (keptTop(win) !== top) return end();
    const scroller = scrollerOf(win);
    if (!scroller) return;
    // What grows above grows into the place that it had: the browser need not move the page for it.
    scroller.style.setProperty(anchor, "none");
    const grown = scroller.scrollHeight - height;
    height += grown;
    const isMoved = scroller.scrollTop !== seen;
    // A page that becomes shorter moves what it shows. Anything else that moves it means to.
    if (isMoved && grown >= 0 && isPlaced && !isChat(scroller)) return end();
    const doc = win.document;
    const isBusy = isMoved || grown || isRunning(doc) || doc.querySelector(PLACEHOLDER);
    rested = isBusy ? 0 : rested + 1;
    const isInReach = roomOf(scroller) >= top;
    if (rested > REST_POLLS || (isInReach && !isChat(scroller))) {
      scroller.scrollTop = top;
      isPlaced = true;
    }
    seen = scroller.scrollTop;
    // What is out of reach may still come, with the run that follows this one.
    if (rested > (isInReach ? 2 * REST_POLLS : LATE_POLLS)) end();
  }, POLL_MS);
  win.setTimeout(end, MOST_MS);
}
