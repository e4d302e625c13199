import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { carriesKey, idInFragment, idInQuery, withKey, withoutKey } from "../src/address";
import { A, B, PARAM } from "./support";

const at = (rest: string) => `https://app.example/report${rest}`;

describe("reading", () => {
  it.each([
    ["the query", `?a=1&${PARAM}=${A}`, A],
    ["a percent-encoded key", `?fluxlit%5Fsid=${A}`, A],
    ["no second value of the same key", `?${PARAM}=${A}&${PARAM}=${B}`, null],
    ["not the same value twice", `?${PARAM}=${A}&${PARAM}=${A}`, null],
    ["no well-formed value beside a malformed one", `?${PARAM}=&${PARAM}=${A}`, null],
    ["no malformed value", `?${PARAM}=short`, null],
    ["no key that only ends the same", `?x${PARAM}=${A}`, null],
    ["no key with a question mark of its own", `??${PARAM}=${A}`, null],
    ["no fragment", `#${PARAM}=${A}`, null],
    ["nothing where there is no query", "", null],
  ])("the query: %s", (_, rest, sid) => {
    expect(idInQuery(at(rest), PARAM)).toBe(sid);
  });

  it.each([
    ["an id", `#${PARAM}=${A}`, A],
    ["an id beside an anchor", `?x#top&${PARAM}=${A}`, A],
    ["no id of a query inside it", `#/route?${PARAM}=${A}`, null],
    ["no query", `?${PARAM}=${A}`, null],
  ])("the fragment: %s", (_, rest, sid) => {
    expect(idInFragment(at(rest), PARAM)).toBe(sid);
  });

  it("a malformed value counts as carried, so that it gets stripped", () => {
    expect(carriesKey(at(`?${PARAM}=%zz`), PARAM)).toBe(true);
    expect(carriesKey(at(`#${PARAM}`), PARAM)).toBe(true);
    expect(carriesKey(at(`?a=${PARAM}#b`), PARAM)).toBe(false);
  });
});

describe("removing", () => {
  it.each([
    ["the only parameter takes the question mark along", `?${PARAM}=${A}`, ""],
    ["the only fragment takes the hash along", `#${PARAM}=${A}`, ""],
    ["others keep their encoding", `?a=%20+&${PARAM}=${A}&b&c==&%zz`, "?a=%20+&b&c==&%zz"],
    ["others keep their order", `?b=1&${PARAM}=${A}&a=2&b=3`, "?b=1&a=2&b=3"],
    ["empty segments stay", `?&&a=1&${PARAM}=${A}&`, "?&&a=1&"],
    ["an anchor stays", `?${PARAM}=${A}#top`, "#top"],
    ["an anchor beside the key stays", `#top&${PARAM}=${A}`, "#top"],
    ["all values go, well-formed or not", `?${PARAM}=${A}&${PARAM}&a&${PARAM}=x`, "?a"],
    ["an encoded key goes", `?a&fluxlit%5fsid=${A}`, "?a"],
    ["a lone question mark stays", "?#top", "?#top"],
  ])("%s", (_, rest, cleaned) => {
    expect(withoutKey(at(rest), PARAM)).toBe(at(cleaned));
  });
});

describe("setting", () => {
  it.each([
    ["appended where there is no query", "", `?${PARAM}=${A}`],
    ["appended before the hash", "?a=1#top", `?a=1&${PARAM}=${A}#top`],
    ["replaced where it stands", `?a&${PARAM}=${B}&b`, `?a&${PARAM}=${A}&b`],
    ["one of several stays", `?${PARAM}=${B}&a&${PARAM}=${B}`, `?${PARAM}=${A}&a`],
    ["taken out of the fragment", `#${PARAM}=${B}`, `?${PARAM}=${A}`],
  ])("%s", (_, rest, set) => {
    expect(withKey(at(rest), PARAM, A)).toBe(at(set));
  });
});

describe("for any URL", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 8 }),
    fc.string({ unit: fc.constantFrom(..."ab%20zE9+=?#;[]'\"/ é😀"), maxLength: 12 }),
    fc.constantFrom("", "a=1", "a=", "=", "b=%20+", "%zz=1", "q=x?y", "utm;x"),
  );
  const ours = fc
    .tuple(
      fc.constantFrom(PARAM, "fluxlit%5Fsid", "%66luxlit_sid"),
      fc.constantFrom("", "=", `=${A}`, "=x=y", "=%zz"),
    )
    .map((pair) => pair.join(""));
  // `&` and `#` separate; they are put in by the builder below, and nowhere else.
  const other = text.map((raw) => raw.replace(/[&#]/g, ""));
  const segments = (own: number) =>
    fc.array(fc.oneof({ weight: 3, arbitrary: other }, { weight: own, arbitrary: ours }), {
      maxLength: 6,
    });
  /** The browser's own form of `?query#fragment`: what `location.href` would say. */
  const url = fc
    .tuple(segments(2), segments(1))
    .map(([query, fragment]) => new URL(at(`?${query.join("&")}#${fragment.join("&")}`)).href);
  const others = (href: string) =>
    [...new URL(href).searchParams].filter(([name]) => name !== PARAM);
  const rawOthers = (part: string) =>
    part
      .slice(1)
      .split("&")
      .filter((raw) => !new URLSearchParams(`&${raw}`).has(PARAM));

  it("removing leaves no key behind, as the browser reads it", () => {
    fc.assert(
      fc.property(url, (href) => {
        const cleaned = withoutKey(href, PARAM);
        expect(new URL(cleaned).searchParams.has(PARAM)).toBe(false);
        expect(carriesKey(cleaned, PARAM)).toBe(false);
      }),
    );
  });

  it("removing keeps every other parameter, byte for byte and in order", () => {
    fc.assert(
      fc.property(url, (href) => {
        const before = new URL(href);
        const after = new URL(withoutKey(href, PARAM));
        expect(others(after.href)).toEqual(others(before.href));
        expect(after.search.slice(1)).toBe(rawOthers(before.search).join("&"));
        expect(after.hash.slice(1)).toBe(rawOthers(before.hash).join("&"));
      }),
    );
  });

  it("removing touches nothing where the key is not", () => {
    fc.assert(
      fc.property(url, (href) => {
        fc.pre(!carriesKey(href, PARAM));
        expect(withoutKey(href, PARAM)).toBe(href);
      }),
    );
  });

  it("setting leaves exactly one value and every other parameter", () => {
    fc.assert(
      fc.property(url, (href) => {
        const set = withKey(href, PARAM, B);
        expect(new URL(set).searchParams.getAll(PARAM)).toEqual([B]);
        expect(idInQuery(set, PARAM)).toBe(B);
        expect(others(set)).toEqual(others(href));
        const { search } = new URL(href);
        expect(rawOthers(new URL(set).search)).toEqual(search ? rawOthers(search) : []);
      }),
    );
  });

  it("removing and setting are idempotent, and stable under the browser's own parser", () => {
    fc.assert(
      fc.property(url, (href) => {
        for (const change of [
          (x: string) => withoutKey(x, PARAM),
          (x: string) => withKey(x, PARAM, B),
        ]) {
          const once = change(href);
          expect(change(once)).toBe(once);
          expect(new URL(once).href).toBe(once);
        }
      }),
    );
  });

  it("any param can be set, read and removed", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: "grapheme" }), (param) => {
        const set = withKey(at("?a=1#top"), param, B);
        expect(new URL(set).href).toBe(set);
        expect(idInQuery(set, param)).toBe(B);
        expect(withoutKey(set, param)).toBe(at(param === "a" ? "#top" : "?a=1#top"));
      }),
    );
  });
});
