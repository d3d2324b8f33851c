// The door for tests, under /__local. Every call needs a secret of this start in a header
// that no web page can send here: the door answers no preflight request.

import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setClock } from "../clock.js";
import { bodyOf, failure, HttpError, json, send, text } from "./exchange.js";
import type { Faults } from "./faults.js";

/** The header that carries the secret. */
export const CONTROL_HEADER = "x-driftline-local";

export const CONTROL_PREFIX = "/__local/";

/** What the door opens to. Each takes the body of the request, or nothing. */
export interface Controls {
  token(wanted: Record<string, unknown>): Promise<unknown>;
  browser(wanted: Record<string, unknown>): unknown;
  snapshot(): Promise<unknown>;
  restore(wanted: Record<string, unknown>): Promise<unknown>;
  wipe(): Promise<unknown>;
  state(wanted: Record<string, unknown>): unknown;
  stats(): unknown;
  stop(): void;
}

export class Control {
  constructor(
    private readonly secret: string,
    private readonly controls: Controls,
    private readonly faults: Faults,
  ) {}

  /** Answers a request to the door. Never throws. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (!this.knows(request.headers[CONTROL_HEADER])) {
        send(response, text(403, `this needs the header ${CONTROL_HEADER}`));
        return;
      }
      const path = new URL(request.url ?? "/", "http://127.0.0.1").pathname;
      const order = `${request.method} ${path.slice(CONTROL_PREFIX.length)}`;
      const bytes = await bodyOf(request, 64 << 20);
      const answer = await this.obey(order, bytes.length > 0 ? parse(bytes) : {});
      send(response, json(200, answer ?? {}));
      if (order === "POST stop") response.on("close", () => this.controls.stop());
    } catch (error) {
      // Whoever gives orders wants the reason, also of what nobody foresaw.
      const known = error instanceof HttpError;
      send(response, known ? failure(error) : text(500, String((error as Error).stack)));
    }
  }

  private async obey(order: string, body: unknown): Promise<unknown> {
    switch (order) {
      case "POST token":
        return this.controls.token(object(body));
      case "POST browser":
        return this.controls.browser(object(body));
      case "POST faults":
        this.faults.add(body);
        return { open: this.faults.open };
      case "GET faults":
        return { open: this.faults.open };
      case "DELETE faults":
        return this.faults.clear();
      case "POST clock":
        return clock(object(body)["now"]);
      case "POST snapshot":
        return this.controls.snapshot();
      case "POST restore":
        return this.controls.restore(object(body));
      case "POST wipe":
        return this.controls.wipe();
      case "POST state":
        return this.controls.state(object(body));
      case "GET stats":
        return this.controls.stats();
      case "POST stop":
        return {};
      default:
        throw new HttpError(404, "NoSuchOrder", `there is no ${order}; see README.md`);
    }
  }

  private knows(given: string | string[] | undefined): boolean {
    if (typeof given !== "string") return false;
    const [a, b] = [Buffer.from(given), Buffer.from(this.secret)];
    return a.length === b.length && timingSafeEqual(a, b);
  }
}

function clock(now: unknown): object {
  if (now !== null && !Number.isSafeInteger(now)) {
    throw new HttpError(
      400,
      "BadOrder",
      "`now` is a whole number of milliseconds, or null",
    );
  }
  setClock(now as number | null);
  return { now: Date.now() };
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch (error) {
    throw new HttpError(400, "BadJsonBody", (error as Error).message);
  }
}

function object(body: unknown): Record<string, unknown> {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new HttpError(400, "BadJsonBody", "the body is a JSON object");
  }
  return body as Record<string, unknown>;
}
