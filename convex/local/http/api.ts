// The HTTP API of a deployment: queries, mutations and actions.

import type { IncomingMessage, ServerResponse } from "node:http";
import { jsonToConvex } from "convex/values";
import type { Functions, Kind, Outcome } from "../functions.js";
import { TokenRefused, type Identifier, type Identity } from "../identity.js";
import { LIMITS } from "../limits.js";
import type { Stats } from "../stats.js";
import type { Timestamps } from "../timestamps.js";
import { formatNamed, textOf, type Format } from "../values.js";
import { HttpError, bodyOf, failure, json, send, text, type Answer } from "./exchange.js";
import { answerUnder, type Faults } from "./faults.js";

const CORS = { "access-control-allow-origin": "*" };

const CALL =
  /^\/api(?:\/[0-9][^/]*)?\/(query|mutation|action|function|query_batch|query_ts|query_at_ts|run\/.+)$/;

/** One call, as its body has it. */
interface Call {
  kind: Kind | "any";
  path: string;
  args: unknown;
  format: string;
}

export class Api {
  constructor(
    private readonly functions: Functions,
    private readonly identifier: Identifier,
    private readonly faults: Faults,
    private readonly stats: Stats,
    private readonly timestamps: Timestamps,
  ) {}

  /** Answers a request to the API port. Never throws. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.stats.open += 1;
    try {
      this.stats.bytesOut += await this.answer(request, response);
    } catch (error) {
      this.stats.bytesOut += send(response, failure(error), CORS);
    } finally {
      this.stats.open -= 1;
    }
  }

  private async answer(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<number> {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    if (request.method === "OPTIONS") {
      const headers = "Authorization, Content-Type, Convex-Client";
      return send(response, text(200, ""), {
        ...CORS,
        "access-control-allow-headers": headers,
        "access-control-allow-methods": "GET, POST",
      });
    }
    if (["/", "/version", "/instance_name", "/instance_version"].includes(url.pathname)) {
      return send(response, text(200, "driftline-local"), CORS);
    }
    const route = CALL.exec(url.pathname)?.[1];
    if (route === undefined) return send(response, text(404, ""), CORS);
    if (route === "query_ts") {
      return send(response, json(200, { ts: this.timestamps.next() }), CORS);
    }
    const body = await this.body(request, url, route);
    if (route === "query_batch")
      return send(response, await this.batch(request, body), CORS);
    const call = callOf(route, body);
    const fault = this.faults.take(call.path.replace(/\.[jt]s:/, ":"));
    return answerUnder(fault, response, CORS, async () => {
      try {
        return await this.run(call, await this.caller(request));
      } catch (error) {
        return failure(error);
      }
    });
  }

  private async body(request: IncomingMessage, url: URL, route: string) {
    if (request.method === "GET" && route === "query") {
      const { path, args = "{}", format } = Object.fromEntries(url.searchParams);
      return { path, args: parseJson(args), format };
    }
    if (request.method !== "POST") throw new HttpError(405, "MethodNotAllowed", "Use POST");
    if (
      !/^application\/([^;]+\+)?json\s*(;|$)/i.test(request.headers["content-type"] ?? "")
    ) {
      const message = "Expected request with `Content-Type: application/json`";
      throw new HttpError(400, "BadJsonBody", message);
    }
    const bytes = await bodyOf(request, LIMITS.callBody);
    this.stats.bytesIn += bytes.length;
    const body = parseJson(bytes.toString());
    if (typeof body !== "object" || body === null) {
      throw new HttpError(400, "BadJsonBody", "The body is not a JSON object");
    }
    return body as Record<string, unknown>;
  }

  private async batch(request: IncomingMessage, body: Record<string, unknown>) {
    const { queries } = body;
    if (!Array.isArray(queries)) {
      throw new HttpError(400, "BadJsonBody", "`queries` is not a list");
    }
    const identity = await this.caller(request);
    const results: string[] = [];
    for (const query of queries) {
      results.push(
        (await this.run(callOf("query", query as Record<string, unknown>), identity)).body,
      );
    }
    return { ...json(200, null), body: `{"results":[${results.join(",")}]}` };
  }

  /** Who calls, by the Authorization header. */
  async caller(request: IncomingMessage): Promise<Identity | null> {
    const header = request.headers.authorization;
    if (header === undefined) return null;
    const token = /^bearer +(.*)$/i.exec(header)?.[1];
    if (token === undefined) {
      throw new HttpError(400, "InvalidAdminKey", "Invalid admin key");
    }
    try {
      return await this.identifier.identify(token.trim());
    } catch (error) {
      if (error instanceof TokenRefused)
        throw new HttpError(401, error.code, error.message);
      throw error;
    }
  }

  private async run(call: Call, identity: Identity | null): Promise<Answer> {
    const format = formatNamed(call.format);
    if (!format) {
      const message = `format param must be one of [\`json\`]. Got ${call.format}`;
      throw new HttpError(400, "BadFormat", message);
    }
    const args: unknown = Array.isArray(call.args) ? (call.args[0] ?? {}) : call.args;
    if (typeof args !== "object" || args === null) {
      throw new HttpError(400, "BadJsonBody", "`args` is not an object");
    }
    return {
      ...json(200, null),
      body: outcomeText(await this.outcome(call, args, identity), format),
    };
  }

  private async outcome(
    call: Call,
    args: object,
    identity: Identity | null,
  ): Promise<Outcome> {
    let values: object;
    try {
      values = jsonToConvex(args as never) as object;
    } catch (error) {
      // JSON that is no Convex value fails like the function itself.
      const reason = (error as Error).message;
      return this.functions.failure(`Invalid arguments for ${call.path}: ${reason}`);
    }
    return this.functions.run(call.kind, call.path, values, identity);
  }
}

function callOf(route: string, body: Record<string, unknown>): Call {
  const { args = {}, format = "json" } = body;
  const path = route.startsWith("run/") ? runPath(route) : body["path"];
  if (typeof path !== "string" || path === "") {
    const message = "`path` is not the name of a function";
    throw new HttpError(400, "BadConvexFunctionIdentifier", message);
  }
  const kind = route === "query_at_ts" ? "query" : route;
  const known = kind === "query" || kind === "mutation" || kind === "action";
  return { kind: known ? kind : "any", path, args, format: String(format) };
}

/** `run/sync/push` is `sync:push`. */
function runPath(route: string): string {
  const parts = route.split("/").slice(1).map(decodeURIComponent);
  const member = parts.pop() ?? "";
  return `${parts.join("/")}:${member}`;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new HttpError(400, "BadJsonBody", (error as Error).message);
  }
}

/** The answer of a function that ran, or failed. There are no log lines in it. */
function outcomeText(outcome: Outcome, format: Format): string {
  if (outcome.ok) return `{"status":"success","value":${textOf(outcome.value, format)}}`;
  const message = JSON.stringify(outcome.message);
  const { data } = outcome;
  const more = data === undefined ? "" : `,"errorData":${textOf(data, format)}`;
  return `{"status":"error","errorMessage":${message}${more}}`;
}
