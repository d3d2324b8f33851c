// `functions/_generated` is what `npx convex deploy` writes, so that deploying leaves a
// checkout as it was. A module that is added or renamed changes it.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const FUNCTIONS = join(dirname(fileURLToPath(import.meta.url)), "..", "functions");
/** Read by the CLI itself, and no modules with functions. */
const OTHERS = ["schema", "auth.config"];

test("the generated interface names every module, as the CLI would", () => {
  const files = readdirSync(FUNCTIONS, { recursive: true, encoding: "utf8" });
  const modules = files
    .filter((it) => it.endsWith(".ts") && !it.startsWith("_generated"))
    .map((it) => it.replace(/\.ts$/, ""))
    .filter((it) => !OTHERS.includes(it))
    .sort();
  const text = readFileSync(join(FUNCTIONS, "_generated", "api.d.ts"), "utf8");
  const named = [...text.matchAll(/^import type \* as \S+ from "\.\.\/(.*)\.js";$/gm)];
  expect(named.map((it) => it[1]).sort(), "run `npx convex dev --once`").toEqual(modules);
  expect(text).toContain("THIS CODE IS AUTOMATICALLY GENERATED");
});
