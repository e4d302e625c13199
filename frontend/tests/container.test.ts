import { describe, expect, it } from "vitest";
import { hideContainer } from "../src/container";
import { openWindow } from "./support";

const CONTAINER = '<div data-testid="stElementContainer"><p><b></b></p></div>';

function open() {
  const { document } = openWindow();
  document.body.innerHTML = `<section>${CONTAINER}${CONTAINER}</section>`;
  const [container, neighbour] = [...document.querySelectorAll<HTMLElement>("div")];
  const inner = document.querySelector("b");
  if (!container || !neighbour || !inner) throw new Error("no document");
  return { document, container, neighbour, inner };
}

describe("the container of the component", () => {
  it("is hidden, from assistive technology too", () => {
    const { container, neighbour, inner } = open();
    hideContainer(inner);
    expect(container.style.display).toBe("none");
    expect(container.getAttribute("aria-hidden")).toBe("true");
    expect(neighbour.style.display).toBe("");
  });

  it("is found from a shadow root", () => {
    const { container, inner } = open();
    hideContainer(inner.parentElement?.attachShadow({ mode: "open" }) as ShadowRoot);
    expect(container.style.display).toBe("none");
  });

  it("is found from an element inside nested shadow roots", () => {
    const { document, container, inner } = open();
    const outer = inner.parentElement?.attachShadow({ mode: "open" });
    const host = outer?.appendChild(document.createElement("div"));
    const leaf = document.createElement("div");
    host?.attachShadow({ mode: "closed" }).append(leaf);
    hideContainer(leaf);
    expect(container.style.display).toBe("none");
  });

  it("may be missing", () => {
    const { document, container } = open();
    hideContainer(document.body);
    hideContainer(document.createElement("div"));
    hideContainer(document.createDocumentFragment());
    hideContainer(document);
    expect(container.style.display).toBe("");
  });
});
