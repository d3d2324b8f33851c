// HTTP actions: sign-in pages, key sets, and whatever else `http.ts` routes.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Engine } from "../engine/types.js";
import type { Identity } from "../identity.js";
import { LIMITS } from "../limits.js";
import { bodyOf, failure, send } from "./exchange.js";

export class Site {
  constructor(
    private readonly engine: Engine,
    private readonly caller: (request: IncomingMessage) => Promise<Identity | null>,
    private readonly afterWrite: () => void,
  ) {}

  /** Answers a request for `path` (with its query). Never throws. */
  async handle(request: IncomingMessage, response: ServerResponse, path: string) {
    try {
      await this.answer(request, response, path);
    } catch (error) {
      if (response.headersSent) response.destroy();
      else send(response, failure(error));
    } finally {
      this.afterWrite();
    }
  }

  private async answer(request: IncomingMessage, response: ServerResponse, path: string) {
    const method = request.method ?? "GET";
    const body = await bodyOf(request, LIMITS.httpActionBody);
    // Here a token that is no good makes the caller a stranger, not the request an error.
    const identity = await this.caller(request).catch(() => null);
    const engine = identity ? this.engine.withIdentity(identity.attributes) : this.engine;
    const answer = await engine.fetch(path, {
      method,
      headers: headersOf(request),
      ...(method === "GET" || method === "HEAD" ? {} : { body: new Uint8Array(body) }),
    });
    const headers: Record<string, string | string[]> = {};
    answer.headers.forEach((value, name) => (headers[name] = value));
    const cookies = answer.headers.getSetCookie();
    if (cookies.length > 0) headers["set-cookie"] = cookies;
    response.writeHead(answer.status, headers);
    response.end(Buffer.from(await answer.arrayBuffer()));
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
