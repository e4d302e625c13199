import { describe, expect, it } from "vitest";
import { boot } from "../src/boot";
import { meet } from "../src/bridge";
import { remember, stamped } from "../src/tab";
import { A, B, C, offerOf, openWindow, PARAM, refuseHistory, refuseStorage } from "./support";

const STREAM = "wss://app.example/_stcore/stream";
const OWN = ["streamlit", "xsrf"];

class FakeSocket {
  static readonly OPEN = 1;
  constructor(
    readonly url: string,
    readonly protocols?: string | string[],
  ) {}
}

function started(win: Window) {
  const page = win as Window & { WebSocket: typeof WebSocket };
  page.WebSocket = FakeSocket as unknown as typeof WebSocket;
  boot(page);
  return page;
}

/** What is said behind Streamlit's own words as a websocket opens. */
function said(win: Window & { WebSocket: typeof WebSocket }, url = STREAM, own = OWN) {
  const { protocols } = new win.WebSocket(url, own) as unknown as FakeSocket;
  expect(protocols?.slice(0, own.length)).toEqual(own);
  return protocols?.slice(own.length);
}

describe("what the handshake is told", () => {
  it("a page without a session says so", () => {
    expect(said(started(openWindow()))).toEqual(["fluxlit.none"]);
  });

  it("the tab's id", () => {
    const win = openWindow();
    remember(win, PARAM, A, "tab");
    expect(said(started(win))).toEqual([`fluxlit.${A}`]);
  });

  it("every param that is remembered, in words that may stand in a header", () => {
    const win = openWindow();
    remember(win, "b(c)é", B, "tab");
    remember(win, PARAM, A, "tab");
    expect(said(started(win))).toEqual([`fluxlit.${A}`, `fluxlit.${B}.b%28c%29%C3%A9`]);
  });

  it("the browser's id, as such", () => {
    const win = openWindow();
    win.localStorage.setItem(`fluxlit:${PARAM}`, A);
    expect(said(started(win))).toEqual([`fluxlit-browser.${A}`]);
  });

  it("an id in the query before that of the tab", () => {
    const win = openWindow(`/?${PARAM}=${B}`);
    remember(win, PARAM, A, "tab");
    expect(said(started(win))).toEqual([`fluxlit.${B}`, `fluxlit.${A}`]);
    expect(win.location.search).toContain(B); // the bridge knows whether it may stay
  });

  it("an id in the fragment, which is gone at once", () => {
    const win = openWindow(`/report?a=1#part&${PARAM}=${B}`);
    remember(win, PARAM, A, "tab");
    win.history.replaceState({ mine: 1 }, "");
    const page = started(win);
    expect(win.location.href).toBe("https://app.example/report?a=1#part");
    expect(win.history.state).toEqual({ mine: 1 });
    expect(said(page)).toEqual([`fluxlit.${B}`, `fluxlit.${A}`]);
  });

  it("that there may be more: an id whose param is not known here stays for the bridge", () => {
    const page = started(openWindow(`/#token=${C}`));
    expect(said(page)).toEqual(["fluxlit.ask"]);
    expect(page.location.hash).toBe(`#token=${C}`);
  });

  it.each([
    [C, C],
    ["nonsense", "none"],
  ])("a link, which is gone at once: %s", (token, word) => {
    const page = started(openWindow(`/#fluxlit_link=${token}`));
    expect(page.location.href).toBe("https://app.example/");
    expect(said(page)).toEqual([`fluxlit-link.${word}`]);
  });

  it("the stamp in history.state, where storage is refused", () => {
    const win = openWindow();
    win.history.replaceState(stamped({}, PARAM, A), "");
    refuseStorage(win);
    expect(said(started(win))).toEqual([`fluxlit.${A}`]);
  });
});

describe("when the page connects again", () => {
  it("it says the id that it has now, and no link again", () => {
    const page = started(openWindow(`/#fluxlit_link=${C}`));
    expect(said(page)).toEqual([`fluxlit-link.${C}`]);
    meet(page, offerOf({ sid: B, held: true }), () => undefined);
    expect(said(page)).toEqual([`fluxlit.${B}`]);
  });

  it("the bridge does not tell of the link again, if the server has an id at once", () => {
    const page = started(openWindow(`/#fluxlit_link=${C}`));
    const answers: unknown[] = [];
    meet(page, offerOf({ sid: B, held: true }), (answer) => answers.push(answer));
    expect(answers).toEqual([]);
  });

  it("it does, if nobody has understood the handshake", () => {
    const page = started(openWindow(`/#fluxlit_link=${C}`));
    const answers: { link?: string }[] = [];
    meet(page, offerOf({ sid: B, held: false }), (answer) => answers.push(answer));
    expect(answers.map(({ link }) => link)).toEqual([C]);
  });
});

describe("everything else", () => {
  it.each(["wss://elsewhere.example/_stcore/stream", "wss://app.example/other", "nonsense:"])(
    "a websocket to %s is left alone",
    (url) => {
      expect(said(started(openWindow()), url)).toEqual([]);
    },
  );

  it("a websocket without a list is left alone, and is what it was", () => {
    const page = started(openWindow());
    const socket = new page.WebSocket(STREAM) as unknown as FakeSocket;
    expect(socket.protocols).toBeUndefined();
    expect(socket).toBeInstanceOf(page.WebSocket);
    expect(page.WebSocket.OPEN).toBe(1);
  });

  it("twice is once", () => {
    const page = started(openWindow());
    boot(page);
    expect(said(page)).toEqual(["fluxlit.none"]);
  });

  it("a page that allows nothing goes on", () => {
    const win = openWindow(`/#fluxlit_link=${C}`);
    refuseStorage(win);
    refuseHistory(win);
    const page = started(win);
    expect(new page.WebSocket(STREAM, OWN)).toBeInstanceOf(FakeSocket);
  });
});
