import { describe, expect, it } from "vitest";
import { type Found, isNews, type Said, settle } from "../src/settle";
import { A, B, C, D, offerOf } from "./support";

const NOTHING: Found = {
  memory: null,
  query: null,
  fragment: null,
  storage: null,
  history: null,
  earlier: null,
};
const found = (some: Partial<Found>): Found => ({ ...NOTHING, ...some });
const said = (some: { answered?: [string, string][]; confirmed?: string[] } = {}): Said => ({
  answered: new Map(some.answered),
  confirmed: new Set(some.confirmed),
});

describe("which id wins", () => {
  const offer = offerOf({ sid: A });

  it.each([
    ["the page's memory beats a link", { memory: B, query: C, storage: D }, B, "memory"],
    ["the query beats the fragment", { query: B, fragment: C, storage: D }, B, "query"],
    ["the fragment beats storage", { fragment: B, storage: C, history: D }, B, "fragment"],
    ["storage beats history.state", { storage: B, history: C, earlier: D }, B, "storage"],
    ["history.state beats what storage held before", { history: B, earlier: C }, B, "history"],
    ["what storage held before beats the offer", { earlier: B }, B, "storage"],
    ["the offer wins where there is nothing", {}, A, "offer"],
    ["a malformed id is passed over", { query: "short", storage: B }, B, "storage"],
    ["an id with a newline is passed over", { query: `${B}\n`, storage: C }, C, "storage"],
  ] as const)("%s", (_, places, sid, source) => {
    expect(settle(offer, found(places))).toEqual({ sid, source });
  });

  it("a refused id is passed over, wherever it stands", () => {
    const refusing = offerOf({ refused: [B] });
    const everywhere = found({ memory: B, query: B, fragment: B, storage: B, earlier: C });
    expect(settle(refusing, everywhere)).toEqual({ sid: C, source: "storage" });
  });

  it("a held id beats everything, refused or not", () => {
    const held = offerOf({ held: true, refused: [A] });
    expect(settle(held, found({ memory: B, query: C }))).toEqual({ sid: A, source: "offer" });
  });
});

describe("whether to answer", () => {
  it("an offer is answered", () => {
    expect(isNews(offerOf(), A, said())).toBe(true);
  });

  it("an offer is answered once", () => {
    expect(isNews(offerOf(), B, said({ answered: [[A, B]] }))).toBe(false);
  });

  it("an offer is answered again when the answer is another one", () => {
    expect(isNews(offerOf(), C, said({ answered: [[A, B]] }))).toBe(true);
  });

  it("another offer is answered again with the same id", () => {
    expect(isNews(offerOf({ sid: D }), B, said({ answered: [[A, B]] }))).toBe(true);
  });

  it("a held id is not answered", () => {
    expect(isNews(offerOf({ held: true }), A, said())).toBe(false);
  });

  it("a held id is confirmed when asked for", () => {
    expect(isNews(offerOf({ held: true, confirm: true }), A, said())).toBe(true);
  });

  it("a held id is confirmed once", () => {
    const offer = offerOf({ held: true, confirm: true });
    expect(isNews(offer, A, said({ confirmed: [A] }))).toBe(false);
  });

  it("having offered an id does not confirm it", () => {
    const offer = offerOf({ held: true, confirm: true });
    expect(isNews(offer, A, said({ answered: [[A, A]] }))).toBe(true);
  });
});
