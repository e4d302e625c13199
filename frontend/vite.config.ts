import { fileURLToPath } from "node:url";
import type { UserConfig } from "vite";
import { defineConfig } from "vitest/config";

const STATIC = new URL("../fluxlit_component/bridge/static/", import.meta.url);

/**
 * The name of the bundle, and a promise to Streamlit: a one-line `js` string that contains any of
 * / * ? [ ] is taken for a path, so the banner must end in a newline.
 */
const banner = "/*! fluxlit_component, MIT */\n";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const common = {
  target: "es2020",
  modulePreload: false,
  reportCompressedSize: false,
} as const;

/** One module, handed to Streamlit as text. */
const v2: UserConfig = {
  publicDir: false,
  build: {
    ...common,
    target: "es2022", // as Streamlit's own code from the first release with components v2 on
    outDir: fileURLToPath(STATIC),
    // The folder lies outside this workspace and the other transport builds into it too.
    emptyOutDir: false,
    rolldownOptions: {
      input: at("src/entry-v2.ts"),
      // Streamlit calls the default export; without this it would be shaken off.
      preserveEntrySignatures: "strict",
      output: {
        format: "es",
        entryFileNames: "bridge-v2.js",
        postBanner: banner,
      },
    },
  },
};

/**
 * A folder that Streamlit serves: the page of the frame, its script, and the script that the frame puts into the
 * document of the app. Hashes in their names, because browsers keep what Streamlit serves without a date of expiry.
 */
const v1: UserConfig = {
  publicDir: false,
  base: "./",
  resolve: { alias: { "apache-arrow": at("src/no-arrow.ts") } },
  worker: {
    format: "es",
    rolldownOptions: { output: { entryFileNames: "parent-[hash].js", postBanner: banner } },
  },
  build: {
    ...common,
    outDir: fileURLToPath(new URL("bridge-v1/", STATIC)),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: at("index.html"),
      // The library declares no side effects and has none but those of React, which is not used.
      treeshake: { moduleSideEffects: (id: string) => !id.includes("/node_modules/") },
      output: { entryFileNames: "frame-[hash].js", postBanner: banner },
    },
  },
};

/** A file of its own that browsers may keep for ever, so its name changes with what is in it. */
const boot: UserConfig = {
  publicDir: false,
  build: {
    ...common,
    target: "es2022",
    outDir: fileURLToPath(new URL("boot/", STATIC)),
    emptyOutDir: true,
    rolldownOptions: {
      input: at("src/entry-boot.ts"),
      output: { format: "iife", entryFileNames: "boot-[hash].js" },
    },
  },
};

export default defineConfig(({ mode }) => ({
  ...({ v1, boot }[mode] ?? v2),
  test: {
    include: ["tests/**/*.test.ts"],
    environment: "node",
  },
}));
