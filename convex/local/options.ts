// The command line of the local deployment.

import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** How one deployment is started. */
export interface Options {
  /** The folder of functions, as `npx convex deploy` would take it. */
  functions: string;
  /** Ports on 127.0.0.1; 0 takes a free one, or the one that `data` remembers. */
  port: number;
  sitePort: number;
  providerPort: number;
  /** Where to keep data and keys; `null` keeps them in memory. */
  data: string | null;
  /** Whether messages of errors are left out of answers, as in production. */
  redact: boolean;
  /** Whether the limits of a real deployment are enforced. */
  limits: boolean;
  /** Which engine runs queries: `plain` is convex-test as it comes. */
  engine: "fast" | "plain";
  /** Who may sign in: `DRIFTLINE_PEOPLE`. */
  people: string;
  /** End when standard input ends, so that no process outlives the one that started it. */
  untilStdinEnds: boolean;
}

export const USAGE = `usage: node --import tsx local/main.ts [options]
  --functions DIR     the folder of functions          (default: convex/functions)
  --port N            API and WebSocket                (default: a free port)
  --site-port N       HTTP actions                     (default: a free port)
  --provider-port N   stand-ins for GitHub and Google  (default: a free port)
  --data DIR          keep data and keys in DIR        (default: memory only)
  --show-errors       do not leave out messages of errors
  --no-limits         do not enforce the limits of a real deployment
  --engine NAME       fast or plain                    (default: fast)
  --people LIST       who may sign in, as DRIFTLINE_PEOPLE (default: *, everybody)
  --until-stdin-ends  stop when standard input ends`;

/** A mistake of whoever started the process; its message says what to do. */
export class UsageError extends Error {}

/** Reads the command line. Throws `UsageError`. */
export function readOptions(words: string[]): Options {
  const { values } = parse(words);
  const engine = values.engine ?? "fast";
  if (engine !== "fast" && engine !== "plain") {
    throw new UsageError(`--engine is "fast" or "plain", not "${engine}"`);
  }
  const here = dirname(fileURLToPath(import.meta.url));
  return {
    functions: resolve(values.functions ?? join(here, "..", "functions")),
    port: port("--port", values.port),
    sitePort: port("--site-port", values["site-port"]),
    providerPort: port("--provider-port", values["provider-port"]),
    data: values.data === undefined ? null : resolve(values.data),
    redact: !values["show-errors"],
    limits: !values["no-limits"],
    engine,
    people: values.people ?? "*",
    untilStdinEnds: values["until-stdin-ends"] ?? false,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        functions: { type: "string" },
        port: { type: "string" },
        "site-port": { type: "string" },
        "provider-port": { type: "string" },
        data: { type: "string" },
        "show-errors": { type: "boolean" },
        "no-limits": { type: "boolean" },
        engine: { type: "string" },
        people: { type: "string" },
        "until-stdin-ends": { type: "boolean" },
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${USAGE}`);
  }
}

function port(name: string, text = "0"): number {
  const number = Number(text);
  if (!/^[0-9]+$/.test(text) || number > 65535) {
    throw new UsageError(`${name} is a number from 0 to 65535, not "${text}"`);
  }
  return number;
}
