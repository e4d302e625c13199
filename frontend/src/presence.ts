/**
 * Whether this page is a copy: "Duplicate tab" and `window.open` bring along a copy of `sessionStorage`.
 *
 * Proved, never guessed: the first page of a session holds a Web Lock as long as it lives, and the
 * browser gives it back when the page is reloaded, closed or crashes. A page that cannot get the lock for a
 * while has a living original. Without locks (http, old browsers) pages ask each other over a
 * BroadcastChannel; without that nothing is claimed. Names and messages never leave the browser.
 */

import { listen } from "./listen";

/** How long a page that is going away may take to let go. */
export const PATIENCE_MS = 700;

/** Claim `name` for this page, anew each time that it is shown. What is returned lets go. */
export function claim(win: Window, name: string, onCopied: () => void): () => void {
  const make = () => claimOnce(win, name, onCopied);
  let release = make();
  // A page in the back/forward cache is not alive: it lets go, which also lets it be cached at all.
  const stopHiding = listen(win, ["pagehide"], () => release());
  const stopShowing = listen<PageTransitionEvent>(win, ["pageshow"], ({ persisted }) => {
    if (persisted) release = make();
  });
  return () => {
    stopHiding();
    stopShowing();
    release();
  };
}

function claimOnce(win: Window, name: string, onCopied: () => void): () => void {
  try {
    const { locks } = win.navigator;
    if (locks) return claimByLock(win, locks, name, onCopied);
    const { BroadcastChannel: Channel } = win as { BroadcastChannel?: typeof BroadcastChannel };
    if (Channel) return claimByChannel(new Channel(name), onCopied);
  } catch {
    // A sandbox: nothing can be proved, so nothing is claimed.
  }
  return nothing;
}

/** Given up by us, or refused (a sandbox): it proves nothing. */
const nothing = () => undefined;

function claimByLock(
  win: Window,
  locks: LockManager,
  name: string,
  onCopied: () => void,
): () => void {
  let release: () => void = nothing;
  let over = false;
  let got = false;
  const waiting = new AbortController();
  // Not to have it yet proves nothing on a busy machine: somebody must hold it.
  const look = () =>
    locks.query().then(({ held }) => {
      if (over || got) return;
      if (held?.some((lock) => lock.name === name)) {
        waiting.abort();
        onCopied();
      } else timer = win.setTimeout(look, PATIENCE_MS);
    }, nothing);
  let timer = win.setTimeout(look, PATIENCE_MS);
  locks
    .request(name, { signal: waiting.signal }, () => {
      got = true;
      win.clearTimeout(timer);
      return new Promise<void>((resolve) => {
        release = resolve;
        if (over) resolve();
      });
    })
    .catch(nothing);
  return () => {
    over = true;
    win.clearTimeout(timer);
    waiting.abort();
    release();
  };
}

interface Words {
  readonly ask?: number;
  readonly here?: number;
}

function claimByChannel(channel: BroadcastChannel, onCopied: () => void): () => void {
  // The page that was there first answers, at once or when a busy machine lets it. Two of the same moment differ.
  const me = Date.now() + Math.random();
  channel.onmessage = ({ data }: MessageEvent<Words | null>) => {
    if (typeof data?.ask === "number" && me < data.ask) channel.postMessage({ here: data.ask });
    else if (data?.here === me) {
      channel.close();
      onCopied();
    }
  };
  channel.postMessage({ ask: me });
  return () => channel.close();
}
