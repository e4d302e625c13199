/**
 * The post office of components v1: frames come and go, the document of the app stays.
 *
 * A frame brings the server's offers and takes the answers back. An answer may be due when the frame that
 * brought the offer is gone (a copied tab is proved later) and the next one is not there yet: it waits, one
 * for each param, the latest. Kept on the window under a registered symbol, so that the next frame finds the office open.
 */

import type { Answer } from "./protocol";

export type Say = (answer: Answer) => void;
export type Meet = (win: Window, data: unknown, answer: Say) => void;

/** What a frame calls with each offer: itself, the offer, the way back. */
export type Post = (frame: Window, data: unknown, say: Say) => void;

interface Line {
  frame: Window;
  say: Say;
  waiting: Answer | null;
}

const POST = Symbol.for("fluxlit.post");
type Holder = Window & { [POST]?: Post };

export function postOf(win: Window): Post | undefined {
  return (win as Holder)[POST];
}

/** Open the office, unless there is one. */
export function open(win: Window, meet: Meet): void {
  const lines = new Map<unknown, Line>();
  (win as Holder)[POST] ??= (frame, data, say) => {
    const param = (data as { param?: unknown } | null)?.param;
    const line = lines.get(param) ?? { frame, say, waiting: null };
    const { waiting } = line;
    Object.assign(line, { frame, say, waiting: null });
    lines.set(param, line);
    let said = false;
    meet(win, data, (answer) => {
      said = true;
      deliver(line, answer);
    });
    if (waiting && !said) deliver(line, waiting);
  };
}

function deliver(line: Line, answer: Answer): void {
  // A frame that was taken off the page has no window any more, and nobody would listen to it.
  if (line.frame.closed) line.waiting = answer;
  else line.say(answer);
}
