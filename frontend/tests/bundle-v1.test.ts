import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { postOf } from "../src/post";
import { A, addressOf, offerOf, openWindow, PARAM } from "./support";

/** The frame's: half of it is streamlit-component-lib, without React (not used) and Arrow (no tables). */
const FRAME_BUDGET = 2.5 * 1024;
/** The document's: what v2 has too, and the post office. */
const PARENT_BUDGET = 7.5 * 1024;

const files = new Map<string, string>();

/** By its name without the hash. */
function file(name: string): string {
  const text = files.get(name);
  if (text === undefined) throw new Error(`not built: ${name}`);
  return text;
}

beforeAll(async () => {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const built = await build({ root, mode: "v1", logLevel: "silent", build: { write: false } });
  if (!("output" in built)) throw new Error("expected one build");
  for (const item of built.output) {
    const text = item.type === "chunk" ? item.code : String(item.source);
    files.set(item.fileName.replace(/-[\w-]{8}\.js$/, ".js"), text);
  }
});

afterEach(() => vi.unstubAllGlobals());

describe("the v1 bundle", () => {
  it("is a page and two scripts", () => {
    expect([...files.keys()].sort()).toEqual(["frame.js", "index.html", "parent.js"]);
  });

  it("is at most 2.5 KB in the frame and 7.5 KB in the document after gzip", () => {
    expect(gzipSync(file("frame.js")).byteLength).toBeLessThanOrEqual(FRAME_BUDGET);
    expect(gzipSync(file("parent.js")).byteLength).toBeLessThanOrEqual(PARENT_BUDGET);
  });

  it("has neither React nor Arrow in it", () => {
    expect(file("frame.js")).not.toMatch(/react|flatbuffers|RecordBatch/i);
  });

  it("asks for its own files only, beside it, wherever the app is served", () => {
    const addresses = [...file("index.html").matchAll(/(?:src|href)="([^"]+)"/g)].map(
      ([, url]) => url,
    );
    expect(addresses).toEqual([expect.stringMatching(/^\.\/frame-[\w-]{8}\.js$/)]);
    expect(file("frame.js")).toMatch(/new URL\(`parent-[\w-]{8}\.js`,\s*import\.meta\.url\)/);
    expect(file("frame.js") + file("parent.js")).not.toMatch(/\bimport\s*[({"'`*]/);
  });

  it("opens the post office in the document, and bridges", async () => {
    const win = openWindow(`/?${PARAM}=${A}&a=1`);
    vi.stubGlobal("window", win);
    const code = Buffer.from(file("parent.js")).toString("base64");
    await import(/* @vite-ignore */ `data:text/javascript;base64,${code}`);
    const say = vi.fn();
    postOf(win)?.({ closed: false } as Window, offerOf(), say);
    expect(say).toHaveBeenCalledWith({ protocol: 1, sid: A, source: "query" });
    expect(addressOf(win)).toBe("/?a=1");
  });
});
