// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { whenAtRest } from "../src/patience";

const app = (state: string) => {
  document.body.innerHTML = `<div data-testid="stApp" data-test-script-state="${state}"></div>`;
};

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("an app at rest is answered at once", () => {
  app("notRunning");
  const then = vi.fn();
  whenAtRest(window, then);
  expect(then).toHaveBeenCalledOnce();
});

test("a running script is waited for", () => {
  app("running");
  const then = vi.fn();
  whenAtRest(window, then);
  vi.advanceTimersByTime(500);
  expect(then).not.toHaveBeenCalled();
  app("notRunning");
  vi.advanceTimersByTime(100);
  expect(then).toHaveBeenCalledOnce();
});

test("a script that runs on and on is not waited for for ever", () => {
  app("running");
  const then = vi.fn();
  whenAtRest(window, then);
  vi.advanceTimersByTime(11_000);
  expect(then).toHaveBeenCalledOnce();
});

test("a page that does not tell is answered at once", () => {
  document.body.innerHTML = "";
  const then = vi.fn();
  whenAtRest(window, then);
  expect(then).toHaveBeenCalledOnce();
});
