import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { precompress } from "./tools/precompress.ts";

/** Where `./dev serve` listens; the development server passes on what only the server can answer. */
const server = process.env.KARAT_DEV_SERVER ?? "http://127.0.0.1:8100";

export default defineConfig({
  plugins: [svelte(), precompress()],
  base: "/",
  // The built files belong to the Python package: they are served by it and shipped in its wheel.
  build: { outDir: "../src/karat/ui", emptyOutDir: true, target: "es2022" },
  server: {
    port: 5173,
    strictPort: true,
    // The name stays the browser's own, so that the server's same-origin check sees one origin.
    proxy: { "/api": { target: server, ws: true }, "/media": { target: server } },
  },
  test: { include: ["src/**/*.test.ts", "tools/**/*.test.ts"], environment: "node" },
});
