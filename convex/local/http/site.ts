// HTTP actions: sign-in pages, key sets, and whatever else `http.ts` routes.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Engine } from "../engine/types.js";
import type { Functions } from "../functions.js";
import type { Identity } from "../identity.js";
import { LIMITS } from "../limits.js";
import type { Running } from "../running.js";
import { bodyOf, failure, json, send } from "./exchange.js";

/** What the site needs of its deployment. */
interface Parts {
  engine: Engine;
  running: Running;
  functions: Functions;
  caller(request: IncomingMessage): Promise<Identity | null>;
  afterWrite(): void;
}

export class Site {
  constructor(private readonly parts: Parts) {}

  /** Answers a request for `path` (with its query). Never throws. */
  async handle(request: IncomingMessage, response: ServerResponse, path: string) {
    try {
      await this.answer(request, response, path);
    } catch (error) {
      if (response.headersSent) response.destroy();
      else send(response, failure(error));
    } finally {
      this.parts.afterWrite();
    }
  }

  private async answer(request: IncomingMessage, response: ServerResponse, path: string) {
    const method = request.method ?? "GET";
    const body = await bodyOf(request, Infinity);
    // Here a token that is no good makes the caller a stranger, not the request an error.
    const { running, functions, caller } = this.parts;
    const stopped = running.take();
    if (stopped !== null) {
      const outcome = functions.failure(stopped);
      send(response, json(500, { code: outcome.ok ? "" : outcome.message }));
      return;
    }
    const identity = await caller(request).catch(() => null);
    const engine = identity
      ? this.parts.engine.withIdentity(identity.attributes)
      : this.parts.engine;
    const answer = await engine.fetch(path, {
      method,
      headers: headersOf(request),
      ...(method === "GET" || method === "HEAD" ? {} : { body: new Uint8Array(body) }),
    });
    const headers: Record<string, string | string[]> = {};
    answer.headers.forEach((value, name) => (headers[name] = value));
    const cookies = answer.headers.getSetCookie();
    if (cookies.length > 0) headers["set-cookie"] = cookies;
    const content = Buffer.from(await answer.arrayBuffer());
    if (content.length > LIMITS.httpActionAnswer) {
      throw new Error("HttpResponseTooLarge: an HTTP action answers at most 20 MiB");
    }
    response.writeHead(answer.status, headers);
    response.end(content);
  }
}

function headersOf(request: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined)
      headers.set(name, Array.isArray(value) ? value.join("; ") : value);
  }
  return headers;
}
