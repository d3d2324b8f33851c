// Finds and runs the functions of a folder.

import { randomBytes } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { performance } from "node:perf_hooks";
import { convexToJson, type Value } from "convex/values";
import { Conflict } from "./engine/conflicts.js";
import type { Engine } from "./engine/types.js";
import type { Identity } from "./identity.js";
import { checkArguments, checkResult } from "./limits.js";
import type { Running } from "./running.js";
import type { Stats } from "./stats.js";

export type Kind = "query" | "mutation" | "action";

/** How a call ended; a function that failed is an answer, too. */
export type Outcome =
  { ok: true; value: unknown } | { ok: false; message: string; data?: unknown };

export type Modules = Record<string, () => Promise<Module>>;

type Module = Record<string, unknown>;

/** A registered function, as `convex/server` marks it. */
interface Registered {
  isPublic?: boolean;
  isQuery?: boolean;
  isMutation?: boolean;
  isAction?: boolean;
}

/** The modules of a folder, under the names that convex-test wants. */
export function modulesOf(folder: string): Modules {
  if (!existsSync(folder)) {
    throw new Error(
      `there are no functions in ${folder}; name their folder with --functions`,
    );
  }
  const modules: Modules = {};
  const visit = (path: string, name: string): void => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const inner = join(path, entry.name);
      if (entry.isDirectory()) visit(inner, `${name}/${entry.name}`);
      else if (/(?<!\.d|\.test)\.[jt]s$/.test(entry.name)) {
        const url = pathToFileURL(inner).href;
        modules[`${name}/${entry.name}`] = () => import(url) as Promise<Module>;
      }
    }
  };
  visit(folder, `./${basename(folder)}`);
  // The engine finds the root of the folder by a module of this name, generated or not.
  modules[`./${basename(folder)}/_generated/root.js`] = () => Promise.resolve({});
  return modules;
}

/** The default export of a module, such as the schema. */
export async function defaultOf(modules: Modules, name: string): Promise<unknown> {
  const found = Object.entries(modules).find(([path]) => nameOf(path) === name);
  if (!found) throw new Error(`the folder of functions has no ${name}.ts`);
  return (await found[1]())["default"];
}

/** `./functions/sync.ts` is the module `sync`. */
function nameOf(path: string): string {
  return path.replace(/^\.\/[^/]+\//, "").replace(/\.[^.]+$/, "");
}

/** Runs functions as an API call does: only public ones, within the limits. */
export class Functions {
  private readonly modules = new Map<string, () => Promise<Module>>();

  constructor(
    modules: Modules,
    private readonly engine: Engine,
    private readonly options: { redact: boolean; limits: boolean },
    private readonly stats: Stats,
    private readonly running: Running,
    private readonly afterWrite: () => void,
  ) {
    for (const [path, load] of Object.entries(modules))
      this.modules.set(nameOf(path), load);
  }

  /**
   * Runs `path` for `identity`. `kind` is what the caller takes the function for. Throws
   * `Conflict` when others were faster every time.
   */
  async run(
    kind: Kind | "any",
    path: string,
    values: object,
    identity: Identity | null,
  ): Promise<Outcome> {
    const name = canonical(path);
    const started = performance.now();
    let ok = false;
    try {
      const outcome = await this.attempt(kind, name, values, identity);
      ok = outcome.ok;
      return outcome;
    } finally {
      this.stats.count(name, ok, performance.now() - started);
    }
  }

  /** The answer to a call that fails for `reason`. */
  failure(reason: string, data?: unknown): Outcome {
    const id = randomBytes(8).toString("hex");
    const head = `[Request ID: ${id}] Server Error`;
    const message = this.options.redact ? head : `${head}\n${reason}`;
    return { ok: false, message, ...(data === undefined ? {} : { data }) };
  }

  private async attempt(
    kind: Kind | "any",
    name: string,
    values: object,
    identity: Identity | null,
  ): Promise<Outcome> {
    // The service asks this first: a missing function of a stopped deployment is stopped.
    const stopped = this.running.take();
    if (stopped !== null) return this.failure(stopped);
    const found = await this.find(name);
    if (!found) {
      return this.failure(
        `Could not find public function for '${name}'. Did you forget to run ` +
          "`npx convex dev` or `npx convex deploy`?",
      );
    }
    const is: Kind = found.isQuery ? "query" : found.isMutation ? "mutation" : "action";
    if (kind !== "any" && kind !== is) {
      return this.failure(
        `Trying to execute ${name} as ${kind}, but it is defined as ${is}.`,
      );
    }
    try {
      if (this.options.limits) checkArguments(name, values);
      const caller = identity ? this.engine.withIdentity(identity.attributes) : this.engine;
      const at = { componentPath: "", udfPath: name };
      const value = await caller[`${is}FromPath`](at, values);
      if (this.options.limits) checkResult(name, value);
      return { ok: true, value };
    } catch (error) {
      return this.failed(error);
    } finally {
      if (is !== "query") this.afterWrite();
    }
  }

  private failed(error: unknown): Outcome {
    // Not a failure of the function: the service is too busy, and says so by a status.
    if (error instanceof Conflict) throw error;
    if (typeof error === "object" && error && Symbol.for("ConvexError") in error) {
      const { data } = error as { data?: Value };
      const text = JSON.stringify(convexToJson(data ?? null));
      return this.failure(`Uncaught ConvexError: ${text}`, data ?? null);
    }
    return this.failure(
      `Uncaught Error: ${error instanceof Error ? error.message : error}`,
    );
  }

  /** A public function. Others look from outside as if they did not exist. */
  private async find(name: string): Promise<Registered | null> {
    const [module = "", member = "default"] = name.split(":");
    const exports = await this.modules.get(module)?.();
    if (!exports || !Object.hasOwn(exports, member)) return null;
    const found = exports[member] as Registered | undefined;
    return found?.isPublic ? found : null;
  }
}

/** A path as Convex writes it: `module:name`, without the ending of the file. */
function canonical(path: string): string {
  const [module = "", member = "default"] = path.split(":");
  return `${module.replace(/\.[jt]s$/, "")}:${member}`;
}
