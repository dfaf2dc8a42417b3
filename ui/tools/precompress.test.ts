import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { compressAll } from "./precompress";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "karat-precompress-"))));
afterEach(() => rmSync(folder, { recursive: true }));

test("a copy of each kind unpacks to the file", () => {
  const script = "let karat = 24;\n".repeat(100);
  writeFileSync(join(folder, "index.js"), script);

  compressAll(folder);

  expect(brotliDecompressSync(readFileSync(join(folder, "index.js.br"))).toString()).toBe(script);
  expect(gunzipSync(readFileSync(join(folder, "index.js.gz"))).toString()).toBe(script);
});

test("what is tiny or compressed already stays alone", () => {
  writeFileSync(join(folder, "tiny.js"), "//");
  writeFileSync(join(folder, "picture.png"), "x".repeat(5000));

  compressAll(folder);

  expect(readdirSync(folder).toSorted()).toEqual(["picture.png", "tiny.js"]);
});
