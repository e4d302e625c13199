// @vitest-environment jsdom
import { beforeEach, expect, test } from "vitest";
import { notify } from "../src/notice";

beforeEach(() => {
  document.body.replaceChildren();
});

const badges = () => [...document.querySelectorAll('[role="status"]')].map((e) => e.textContent);

test("a notice is shown once, however often it is sent", () => {
  notify(document, "not saved");
  notify(document, "not saved");
  expect(badges()).toEqual(["not saved"]);
});

test("a new text replaces the old one", () => {
  notify(document, "one");
  notify(document, "two");
  expect(badges()).toEqual(["two"]);
});

test("without a text there is no badge", () => {
  notify(document, "one");
  notify(document, null);
  notify(document, null);
  expect(badges()).toEqual([]);
});

test("a text is shown as text, never as markup", () => {
  notify(document, "<b>x</b>");
  expect(document.querySelector("b")).toBeNull();
});
