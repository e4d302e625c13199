import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { A, addressOf, offerOf, openWindow, PARAM } from "./support";

const BUDGET = 7.5 * 1024;
let code: string;

/** Built here and now, so that the test never judges a file from yesterday. */
beforeAll(async () => {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const built = await build({ root, logLevel: "silent", build: { write: false } });
  if (!("output" in built)) throw new Error("expected one build");
  expect(built.output.map(({ fileName }) => fileName)).toEqual(["bridge-v2.js"]);
  code = built.output[0].code;
});

afterEach(() => vi.unstubAllGlobals());

describe("the bundle", () => {
  it("is at most 7.5 KB after gzip", () => {
    expect(gzipSync(code).byteLength).toBeLessThanOrEqual(BUDGET);
  });

  it("contains a newline, or Streamlit would take it for a path", () => {
    expect(code.trim()).toContain("\n");
  });

  it("imports nothing and asks nothing of its address, being loaded as a blob", () => {
    expect(code).not.toMatch(/\bimport\b/);
  });

  it("is one ES module whose only export is the default", async () => {
    const module = await import(/* @vite-ignore */ asDataUrl(code));
    expect(Object.keys(module)).toEqual(["default"]);
    expect(module.default).toBeTypeOf("function");
  });

  it("touches nothing while it is loaded", async () => {
    await expect(import(/* @vite-ignore */ asDataUrl(`${code}//untouched`))).resolves.toBeDefined();
  });

  it("bridges", async () => {
    const win = openWindow(`/?${PARAM}=${A}&a=1`);
    vi.stubGlobal("window", win);
    const { default: bridge } = await import(/* @vite-ignore */ asDataUrl(code));
    const setStateValue = vi.fn();
    bridge({ data: offerOf(), parentElement: win.document.body, setStateValue });
    expect(setStateValue).toHaveBeenCalledWith("answer", { protocol: 1, sid: A, source: "query" });
    expect(addressOf(win)).toBe("/?a=1");
  });
});

function asDataUrl(js: string): string {
  return `data:text/javascript;base64,${Buffer.from(js).toString("base64")}`;
}
