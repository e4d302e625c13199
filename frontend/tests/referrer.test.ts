import { describe, expect, it } from "vitest";
import { shield } from "../src/referrer";
import { openWindow } from "./support";

function documentWith(...policies: string[]): Document {
  const { document } = openWindow();
  for (const policy of policies) {
    document.head.insertAdjacentHTML("beforeend", `<meta name="Referrer" content="${policy}">`);
  }
  return document;
}

const policiesOf = (document: Document) =>
  [...document.querySelectorAll("meta")].map((meta) => meta.content);

describe("while the id shows", () => {
  it.each([
    ["no policy gets strict-origin", [], ["strict-origin"]],
    ["unsafe-url gets strict-origin", ["unsafe-url"], ["unsafe-url", "strict-origin"]],
    ["the default gets strict-origin", ["default"], ["default", "strict-origin"]],
    ["no-referrer is left alone", ["no-referrer"], ["no-referrer"]],
    ["its old name is left alone", ["Never"], ["Never"]],
    ["origin is left alone", ["origin"], ["origin"]],
    ["strict-origin is left alone", ["strict-origin"], ["strict-origin"]],
    ["same-origin gets no-referrer", ["same-origin"], ["same-origin", "no-referrer"]],
    [
      "of several policies the strictest counts",
      ["no-referrer", "unsafe-url"],
      ["no-referrer", "unsafe-url", "no-referrer"],
    ],
  ])("%s", (_, before, after) => {
    const document = documentWith(...before);
    shield(document, true);
    expect(policiesOf(document)).toEqual(after);
  });

  it("a policy is added once", () => {
    const document = documentWith();
    shield(document, true);
    shield(document, true);
    expect(policiesOf(document)).toEqual(["strict-origin"]);
  });
});

describe("when the id does not show", () => {
  it("nothing is added", () => {
    const document = documentWith("unsafe-url");
    shield(document, false);
    expect(policiesOf(document)).toEqual(["unsafe-url"]);
  });

  it("only what was added is removed", () => {
    const document = documentWith("unsafe-url", "strict-origin-when-cross-origin");
    shield(document, true);
    shield(document, false);
    expect(policiesOf(document)).toEqual(["unsafe-url", "strict-origin-when-cross-origin"]);
  });

  it("the page's own policy is written again, since browsers go by the last one written", () => {
    const document = documentWith("unsafe-url", "strict-origin-when-cross-origin");
    shield(document, true);
    const { MutationObserver } = document.defaultView as Window & typeof globalThis;
    const observer = new MutationObserver(() => undefined);
    observer.observe(document.head, { subtree: true, attributes: true });
    shield(document, false);
    const written = observer.takeRecords().map(({ target }) => (target as HTMLMetaElement).content);
    expect(written).toEqual(["strict-origin-when-cross-origin"]);
  });

  it("a policy of the page is never taken for ours", () => {
    const document = documentWith("strict-origin");
    shield(document, false);
    expect(policiesOf(document)).toEqual(["strict-origin"]);
  });
});
