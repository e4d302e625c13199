/**
 * The frame of components v1: brings the post office into the document of the app and runs its errands.
 *
 * Streamlit is told that the frame is ready whatever comes of that: it would otherwise complain on the page. A
 * document that cannot be reached or that lets no script in counts as a browser that does not answer.
 */

import { type Post, postOf } from "./post";

const READY = "streamlit:render";

/** What is needed of `Streamlit` in streamlit-component-lib. */
export interface Transport {
  readonly events: EventTarget;
  setComponentReady(): void;
  setComponentValue(value: unknown): void;
}

export function carry(frame: Window, transport: Transport, url: string): void {
  const post = officeIn(frame, url);
  post.catch(() => undefined); // else the browser reports a failure before the first offer as an uncaught error
  transport.events.addEventListener(READY, (event) => {
    const { args } = (event as CustomEvent<{ args?: { offer?: readonly [unknown] } }>).detail;
    post
      .then((hand) =>
        hand(frame, args?.offer?.[0], (answer) => transport.setComponentValue({ answer })),
      )
      .catch(() => undefined);
  });
  transport.setComponentReady();
}

/**
 * Keep the frame where it is. Streamlit writes the address of the app's page into that of the frame, and so
 * sends it anew through all of this on each page change, with an entry in the history of the tab: Back would
 * move the frame, not the app.
 */
export function pin(element: Element): void {
  const set = element.setAttribute;
  element.setAttribute = (name, value) => {
    if (name !== "src") set.call(element, name, value);
  };
}

/** The post office of the document around the frame, opened by a script that runs there. */
async function officeIn(frame: Window, url: string): Promise<Post> {
  const { parent } = frame;
  const open = postOf(parent);
  if (open) return open;
  await load(parent.document, url);
  const opened = postOf(parent);
  if (!opened) throw new Error("the bridge did not start");
  return opened;
}

function load(doc: Document, src: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = doc.createElement("script");
    script.type = "module";
    script.src = src;
    script.onload = () => resolve();
    script.onerror = reject;
    doc.head.append(script);
  });
}
