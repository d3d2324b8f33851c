// Loads convex-test with its private parts exported. It is one module that exports only
// `convexTest`, and nothing may be written inside node_modules: two processes can start
// at once, and `npm ci --ignore-scripts` must find what it left. So a copy with absolute imports goes to a
// fresh temporary folder, which is gone again as soon as the copy is loaded.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { EngineModule } from "./types.js";

const EXPORTS = ["DatabaseFake", "getDb", "getTransactionManager"];

/** The version whose private parts this folder knows. */
const KNOWN = "0.0.60";

/** Loads the engine. Throws when convex-test is another version than the known one. */
export async function loadEngine(): Promise<EngineModule> {
  const main = createRequire(import.meta.url).resolve("convex-test");
  const manifest = join(dirname(main), "..", "package.json");
  const { version } = JSON.parse(await readFile(manifest, "utf8")) as { version: string };
  if (version !== KNOWN) {
    throw new Error(
      `convex-test is ${version}, but convex/local knows the insides of ${KNOWN}; run ` +
        "`npm ci --ignore-scripts` in convex/, or try the new version with tests/local/engine.test.ts and " +
        "then change KNOWN in engine/load.ts",
    );
  }
  const folder = await mkdtemp(join(tmpdir(), "convex-local-"));
  try {
    const copy = join(folder, "convex-test.mjs");
    await writeFile(copy, withExports(await readFile(main, "utf8"), main));
    return (await import(pathToFileURL(copy).href)) as EngineModule;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Where convex-test runs a mutation, and the same with something around it. */
const MUTATION =
  "const runMutationWithHandler = async (handler, args, extraCtx = {}, functionPath, isNested, transactionLimits) => {";
const AROUND = `const runMutationWithHandler = (...given) => around({
  path: given[3].udfPath,
  isNested: given[4],
  isScheduled: Boolean(requestMetadataStorage.getStore()?.scheduledFunctionId),
  run: () => runOneMutation(...given),
});
const runOneMutation = async (handler, args, extraCtx = {}, functionPath, isNested, transactionLimits) => {`;
const SETTER = `let around = (it) => it.run();
export function setAroundMutation(it) { around = it; }`;

function withExports(source: string, main: string): string {
  if (!source.includes(MUTATION)) throw new Error("convex-test does not look as it did");
  const absolute = source
    .replace(MUTATION, AROUND)
    .replace(/\/\/# sourceMappingURL.*$/m, "")
    .replace(/^(import .* from )"([^"]+)";$/gm, (_line, start: string, name: string) => {
      return `${start}"${resolved(name, main)}";`;
    });
  return `${absolute}\n${SETTER}\nexport { ${EXPORTS.join(", ")} };\n`;
}

/** What `name` means in `main`. The functions must share these modules with the engine. */
function resolved(name: string, main: string): string {
  if (name.startsWith("node:")) return name;
  if (name.startsWith(".")) return new URL(name, pathToFileURL(main)).href;
  return import.meta.resolve(name);
}
