/**
 * Scroll position over F5: the browser keeps that of the document, but Streamlit scrolls an element in it,
 * which is empty at first. Kept for the page that the tab showed last, set once the content is long enough and held while
 * content above it still grows into its room, given up as soon as the visitor or the app scrolls.
 */

import { listen } from "./listen";
import { hasSession } from "./page";
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
  const kept = keptTop(win);
  const found = scrollerOf(win);
  // Who has scrolled before this script was there knows better where to be.
  const isOurs = kept >= 0 && (!found || found.scrollTop < 1 || isLed(win, found));
  const isWaiting = isOurs ? restore(win, kept) : null;
  win.addEventListener("pagehide", () => {
    // Without an id the visitor took back the consent. What this page waits for, the next one is to wait for.
    const hasId = hasSession(win);
    if (hasId && isWaiting?.()) return;
    forgetScroll(win);
    const scroller = scrollerOf(win);
    // Streamlit holds a chat at its bottom, however long it becomes.
    if (!scroller || !hasId || (isChat(scroller) && roomOf(scroller) - scroller.scrollTop < 2))
      return;
    const top = Math.round(scroller.scrollTop);
    if (top < 1) return; // where a new page begins
    write(win, "sessionStorage", KEY, JSON.stringify([win.location.pathname, top]));
  });
}

/** The element that Streamlit scrolls, if it is there yet. */
function scrollerOf(win: Window): HTMLElement | null {
  return win.document.querySelector(".stMain");
}

function roomOf({ scrollHeight, clientHeight }: HTMLElement): number {
  return scrollHeight - clientHeight;
}

/** Streamlit takes a new page with a chat's input to its bottom, step by step: nothing else can move it meanwhile. */
function isChat({ dataset }: HTMLElement): boolean {
  return dataset.testid === CHAT;
}

/** Streamlit takes a new page somewhere: a chat to its bottom, any other to the anchor of its address. */
function isLed(win: Window, scroller: HTMLElement): boolean {
  return isChat(scroller) || win.location.hash !== "";
}

/** The page is another visitor's now: what was kept is not brought back either. */
export function forgetScroll(win: Window): void {
  drop(win, "sessionStorage", KEY);
}

/** Negative unless this very page was reloaded, or come back to. */
function keptTop(win: Window): number {
  try {
    const [entry] = win.performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
    if (!["reload", "back_forward"].includes(entry?.type ?? "")) return -1;
    const [path, top] = JSON.parse(win.sessionStorage.getItem(KEY) ?? "[]") as unknown[];
    return path === win.location.pathname && typeof top === "number" ? top : -1;
  } catch {
    return -1;
  }
}

/** What is returned tells whether it still goes on. */
function restore(win: Window, top: number): () => boolean {
  let timer = 0;
  const end = () => {
    win.clearInterval(timer);
    timer = 0;
    stop();
    const scroller = scrollerOf(win);
    if (scroller) scroller.style.overflowAnchor = "";
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
    scroller.style.overflowAnchor = "none";
    const grown = scroller.scrollHeight - height;
    height += grown;
    const isMoved = scroller.scrollTop !== seen;
    // A page that becomes shorter moves what it shows. Anything else that moves it means to.
    if (isMoved && grown >= 0 && isPlaced && !isLed(win, scroller)) return end();
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
  return () => timer > 0;
}
