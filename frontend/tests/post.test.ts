import { describe, expect, it, vi } from "vitest";
import { type Meet, open, type Post, postOf } from "../src/post";
import type { Answer } from "../src/protocol";
import { A, B, offerOf, openWindow } from "./support";

const said = (sid: string): Answer => ({ protocol: 1, sid, source: "storage" });

/** A frame as far as the office looks at one. */
function frameOf(): Window & { closed: boolean } {
  return { closed: false } as Window & { closed: boolean };
}

function openOffice(meet: Meet): { win: Window; post: Post } {
  const win = openWindow();
  open(win, meet);
  const post = postOf(win);
  if (!post) throw new Error("closed");
  return { win, post };
}

/** A meeting that ends when the test says so. */
function later() {
  const answers: ((answer: Answer) => void)[] = [];
  const meet: Meet = (_win, _data, answer) => answers.push(answer);
  return { meet, answers };
}

describe("the post office", () => {
  it("is not open in a document where none was opened", () => {
    expect(postOf(openWindow())).toBeUndefined();
  });

  it("meets in the document, with the offer, and hands back the answer", () => {
    const meet = vi.fn<Meet>((_win, _data, answer) => answer(said(A)));
    const { win, post } = openOffice(meet);
    const say = vi.fn();
    const offer = offerOf();
    post(frameOf(), offer, say);
    expect(meet.mock.calls[0]?.slice(0, 2)).toEqual([win, offer]);
    expect(say.mock.calls).toEqual([[said(A)]]);
  });

  it("is opened once: a second script finds the first one's", () => {
    const first = vi.fn();
    const { win, post } = openOffice(first);
    open(win, vi.fn());
    expect(postOf(win)).toBe(post);
  });

  it("gives an answer that comes late to the frame that is there by then", () => {
    const { meet, answers } = later();
    const { post } = openOffice(meet);
    const [before, after] = [vi.fn(), vi.fn()];
    const frame = frameOf();
    post(frame, offerOf(), before);
    frame.closed = true;
    post(frameOf(), offerOf(), after);
    answers[0]?.(said(B));
    expect(before).not.toHaveBeenCalled();
    expect(after.mock.calls).toEqual([[said(B)]]);
  });

  it("keeps an answer until there is a frame to take it, and gives it once", () => {
    const { meet, answers } = later();
    const { post } = openOffice(meet);
    const frame = frameOf();
    const [dead, next] = [vi.fn(), vi.fn()];
    post(frame, offerOf(), dead);
    frame.closed = true;
    answers[0]?.(said(A));
    answers[0]?.(said(B));
    expect(dead).not.toHaveBeenCalled();
    post(frameOf(), offerOf(), next);
    post(frameOf(), offerOf(), next);
    expect(next.mock.calls).toEqual([[said(B)]]);
  });

  it("drops a kept answer when the next meeting has a newer one", () => {
    let talk = (_: (answer: Answer) => void): void => undefined;
    const pending: ((answer: Answer) => void)[] = [];
    const { post } = openOffice((_win, _data, answer) => {
      pending.push(answer);
      talk(answer);
    });
    const frame = frameOf();
    post(frame, offerOf(), vi.fn());
    frame.closed = true;
    pending[0]?.(said(A));
    talk = (answer) => answer(said(B));
    const next = vi.fn();
    post(frameOf(), offerOf(), next);
    expect(next.mock.calls).toEqual([[said(B)]]);
  });

  it("keeps the params apart", () => {
    const { meet, answers } = later();
    const { post } = openOffice(meet);
    const [mine, other] = [vi.fn(), vi.fn()];
    post(frameOf(), offerOf(), mine);
    post(frameOf(), offerOf({ param: "other" }), other);
    answers[1]?.(said(B));
    expect(mine).not.toHaveBeenCalled();
    expect(other).toHaveBeenCalledOnce();
  });

  it("hands on what it cannot read: whoever meets decides", () => {
    const meet = vi.fn();
    const { post } = openOffice(meet);
    for (const data of [null, undefined, 7, {}]) post(frameOf(), data, vi.fn());
    expect(meet).toHaveBeenCalledTimes(4);
  });
});
