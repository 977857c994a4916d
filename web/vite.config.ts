// How the page is built: relative addresses, so that it also works as plain files in any folder of a host.
// @ts-nocheck: this file runs in Node, whose types the page does without.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Puts the land outline and the licences of what is bundled beside the page. */
function beside() {
  return {
    name: "beside",
    generateBundle(_options, bundle) {
      const land = readFileSync(here("../src/hinterland/report/land.json"), "utf8");
      this.emitFile({ type: "asset", fileName: "land.json", source: land });
      const modules = Object.values(bundle).flatMap((chunk) => Object.keys(chunk.modules ?? {}));
      const names = modules.flatMap((id) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id.replaceAll("\\", "/"))?.[1] ?? []);
      const told = [...new Set(names)].sort().map((name) => {
        const about = JSON.parse(readFileSync(here(`node_modules/${name}/package.json`), "utf8"));
        const text = readFileSync(here(`node_modules/${name}/LICENSE`), "utf8");
        return `${name} ${about.version} (${about.license})\n\n${text.trim()}\n`;
      });
      this.emitFile({ type: "asset", fileName: "licences.txt", source: told.join(`\n${"-".repeat(72)}\n\n`) });
    },
    configureServer(server) {
      server.middlewares.use("/land.json", (_ask, answer) => {
        answer.end(readFileSync(here("../src/hinterland/report/land.json")));
      });
    },
  };
}

export default defineConfig({
  root: here("."),
  base: "./",
  plugins: [beside()],
  build: {
    outDir: here("../src/hinterland/web/static"),
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
  server: { proxy: { "/api": process.env.HINTERLAND_SERVER ?? "http://127.0.0.1:8765" } },
  test: { include: ["tests/**/*.test.ts"] },
});
