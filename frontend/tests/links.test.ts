import { describe, expect, it } from "vitest";
import { meet } from "../src/bridge";
import { A, offerOf, openWindow } from "./support";

/** Click a link; what was opened from the page, what the browser was left with, and what the link holds then. */
async function click(
  win: Window,
  html: string,
  press: MouseEventInit,
  { type = "click", isRefused = false } = {},
) {
  const { document } = win;
  document.body.innerHTML = html;
  const link = document.querySelector("a") as HTMLAnchorElement;
  let heard = 0;
  link.addEventListener(type, () => {
    heard += 1;
  });
  const opened: string[] = [];
  const fresh = { opener: win };
  win.open = ((url: string) => {
    opened.push(url);
    return isRefused ? null : fresh;
  }) as unknown as typeof win.open;
  const { MouseEvent } = win as Window & typeof window;
  const event = new MouseEvent(type, {
    bubbles: true,
    composed: true,
    cancelable: true,
    ...press,
  });
  (link.querySelector("b") ?? link).dispatchEvent(event);
  return {
    opened,
    opener: fresh.opener as Window | null,
    isLeft: !event.defaultPrevented,
    href: link.getAttribute("href"),
    heard,
  };
}

function visited(path = "/"): Window {
  const win = openWindow(path);
  meet(win, offerOf({ sid: A, held: true }), () => undefined);
  return win;
}

describe("a link that opens another tab", () => {
  it.each([
    ["Ctrl", '<a href="/report">x</a>', { ctrlKey: true }, "click"],
    ["Command", '<a href="/report">x</a>', { metaKey: true }, "click"],
    [
      "Shift, in a child of the link",
      '<a href="/report"><b>x</b></a>',
      { shiftKey: true },
      "click",
    ],
    ["the middle button", '<a href="/report">x</a>', { button: 1 }, "auxclick"],
    ["target", '<a href="/report" target="_BLANK">x</a>', {}, "click"],
  ])("is opened with a copy of the tab's storage: %s", async (_, html, press, type) => {
    const { opened, opener, isLeft, href } = await click(visited(), html, press, { type });
    expect(opened).toEqual(["https://app.example/report"]);
    expect([opener, isLeft, href]).toEqual([null, false, "/report"]);
  });

  it("may have a dot in its name, as a page may", async () => {
    const { opened } = await click(visited(), '<a href="/v1.2">x</a>', { ctrlKey: true });
    expect(opened).toEqual(["https://app.example/v1.2"]);
  });

  it("keeps its own fragment", async () => {
    const { opened } = await click(visited(), '<a href="/r?a=1#part">x</a>', { ctrlKey: true });
    expect(opened).toEqual(["https://app.example/r?a=1#part"]);
  });

  it("is left to the browser if the page may open nothing", async () => {
    const held = { ctrlKey: true };
    const { isLeft, heard } = await click(visited(), '<a href="/r">x</a>', held, {
      isRefused: true,
    });
    expect([isLeft, heard]).toEqual([true, 1]);
  });

  it("is heard by the app unless a key was held", async () => {
    expect((await click(visited(), '<a href="/r">x</a>', { ctrlKey: true })).heard).toBe(0);
    expect((await click(visited(), '<a href="/r" target="_blank">x</a>', {})).heard).toBe(1);
  });
});

describe("a link is not touched", () => {
  it.each([
    ["in this tab", '<a href="/report">x</a>', {}],
    ["to another origin", '<a href="https://other.example/">x</a>', { ctrlKey: true }],
    ["to another port", '<a href="https://app.example:81/">x</a>', { ctrlKey: true }],
    ["to mail", '<a href="mailto:a@b.example">x</a>', { ctrlKey: true }],
    ["that is a script", '<a href="javascript:void 0">x</a>', { ctrlKey: true }],
    ["to a file of Streamlit's", '<a href="/media/a.pdf">x</a>', { ctrlKey: true }],
    ["to a file of the app's own", '<a href="/report/export.pdf">x</a>', { ctrlKey: true }],
    ["to a download", '<a href="/report" download>x</a>', { ctrlKey: true }],
    ["without an address", "<a>x</a>", { ctrlKey: true }],
    [
      "that the right button was pressed on",
      '<a href="/report">x</a>',
      { ctrlKey: true, button: 2 },
    ],
  ])("%s", async (_, html, press) => {
    const type = "button" in press ? "auxclick" : "click";
    const { opened, isLeft, href } = await click(visited(), html, press, { type });
    expect([opened, isLeft]).toEqual([[], true]);
    expect(href ?? "").not.toContain(A);
  });

  it("outside of the app's own folder", async () => {
    const win = openWindow("/app/report");
    win.document.head.innerHTML = '<script type="x" src="./static/js/index.Abc-1.js"></script>';
    meet(win, offerOf({ sid: A, held: true }), () => undefined);
    const held = { ctrlKey: true };
    expect((await click(win, '<a href="/other/">x</a>', held)).opened).toHaveLength(0);
    expect((await click(win, '<a href="/app/other">x</a>', held)).opened).toHaveLength(1);
    expect((await click(win, '<a href="/app">x</a>', held)).opened).toHaveLength(1);
  });

  it("without consent", async () => {
    const win = openWindow();
    meet(win, offerOf({ sid: A, held: true, storing: "no" }), () => undefined);
    expect((await click(win, '<a href="/r">x</a>', { ctrlKey: true })).opened).toHaveLength(0);
  });
});
