import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/**
 * The name of the bundle, and a promise to Streamlit: a one-line `js` string that contains any of
 * / * ? [ ] is taken for a path, so the banner must end in a newline.
 */
const BANNER =
  "/*! fluxlit_component bridge, components v2. MIT licence. Built from frontend/src. */\n";

export default defineConfig({
  publicDir: false,
  build: {
    target: "es2020",
    outDir: fileURLToPath(new URL("../fluxlit_component/bridge/static", import.meta.url)),
    // The folder lies outside this workspace and other transports build into it too.
    emptyOutDir: false,
    modulePreload: false,
    reportCompressedSize: false,
    rolldownOptions: {
      input: fileURLToPath(new URL("src/entry-v2.ts", import.meta.url)),
      // Streamlit calls the default export; without this it would be shaken off.
      preserveEntrySignatures: "strict",
      output: {
        format: "es",
        entryFileNames: "bridge-v2.js",
        postBanner: BANNER,
      },
    },
  },
  test: {
    include: ["tests/**/*.test.ts"],
    environment: "node",
  },
});
