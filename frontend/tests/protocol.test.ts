import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Answer, isWellFormed, makeAnswer, PROTOCOL, parseOffer } from "../src/protocol";
import { A, offerOf } from "./support";

interface Example {
  readonly name: string;
  readonly valid: boolean;
  readonly json: unknown;
}

const examples: { protocol: number; offers: Example[]; answers: Example[] } = JSON.parse(
  readFileSync(new URL("../protocol/examples.json", import.meta.url), "utf8"),
);
const offers = (valid: boolean) => examples.offers.filter((example) => example.valid === valid);

describe("the examples shared with Python", () => {
  it("are of the protocol that the bridge speaks", () => {
    expect(PROTOCOL).toBe(examples.protocol);
  });

  it.each(offers(true))("a valid offer is taken: $name", ({ json }) => {
    const { later: _, ...known } = json as Record<string, unknown>;
    expect(parseOffer(json)).toEqual(known);
  });

  it.each(offers(false))("an invalid offer is nothing: $name", ({ json }) => {
    expect(parseOffer(json)).toBeNull();
  });

  it.each(examples.answers.filter(({ valid }) => valid))(
    "an answer is made as the server reads it: $name",
    ({ json }) => {
      const { protocol: _, sid, source, ...aside } = json as Answer;
      expect(makeAnswer(sid, source, aside)).toEqual(json);
    },
  );

  it.each(examples.answers)("an id is judged as the server judges it: $name", ({ valid, json }) => {
    const answer = json as { protocol?: unknown; sid?: unknown } | null;
    expect(answer?.protocol === PROTOCOL && isWellFormed(answer.sid)).toBe(valid);
  });
});

describe("an offer", () => {
  const {
    notice,
    patient,
    unique,
    storing,
    scroll,
    afresh,
    drafts,
    owner,
    stored,
    guard,
    ...needed
  } = offerOf();

  it("does without what a server may leave out", () => {
    expect(parseOffer(needed)).toEqual(offerOf());
  });

  it.each(Object.keys(needed))("is nothing without %s", (field) => {
    const { [field]: _, ...rest } = offerOf() as unknown as Record<string, unknown>;
    expect(parseOffer(rest)).toBeNull();
  });

  it.each([
    ["held", 1],
    ["confirm", "yes"],
    ["refused", A],
    ["refused", [A, 1]],
    ["param", ["fluxlit_sid"]],
    ["scope", "world"],
  ])("is nothing when %s is %j", (field, value) => {
    expect(parseOffer({ ...offerOf(), [field]: value })).toBeNull();
  });

  it.each([undefined, 0, "", [], () => null])("is not %j", (data) => {
    expect(parseOffer(data)).toBeNull();
  });
});
