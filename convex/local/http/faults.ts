// Faults that a test orders: what networks, proxies and busy deployments do to a call.

import type { ServerResponse } from "node:http";
import { HttpError, send, type Answer } from "./exchange.js";

/** Which calls a fault is for. */
interface Ordered {
  /** A function such as `sync:pushChanges`, or `*` for every one. */
  call: string;
  /** Matching calls to leave alone first. */
  skip: number;
  /** How many calls are still to fail. */
  left: number;
}

/** What happens to a call; the table in README.md says it in words. */
type Effect =
  | { kind: "status"; status: number; body: string; contentType: string }
  | { kind: "body"; status: number; body: string; contentType: string }
  | { kind: "delay"; millis: number }
  | { kind: "cut"; at: number }
  | { kind: "cut_after"; at: number }
  | { kind: "duplicate" }
  | { kind: "drop_before" }
  | { kind: "drop_after" };

export type Fault = Ordered & Effect;

/** The orders of a deployment. */
export class Faults {
  private orders: Fault[] = [];

  /** The orders that are not used up. */
  get open(): readonly Fault[] {
    return this.orders;
  }

  /** Adds orders behind the others. Throws `HttpError` on one that makes no sense. */
  add(given: unknown): void {
    if (!Array.isArray(given)) throw bad("the body is a list of faults");
    this.orders.push(...given.map(parse));
  }

  clear(): void {
    this.orders = [];
  }

  /** The fault for a call of `path`, which is thereby used once. */
  take(path: string): Fault | null {
    for (const order of this.orders) {
      if (order.call !== "*" && order.call !== path) continue;
      if (order.skip > 0) {
        order.skip -= 1;
        continue;
      }
      order.left -= 1;
      this.orders = this.orders.filter((it) => it.left > 0);
      return order;
    }
    return null;
  }
}

/** Runs a call under `fault` and answers it. Returns the bytes of the answer's body. */
export async function answerUnder(
  fault: Fault | null,
  response: ServerResponse,
  headers: Record<string, string>,
  run: () => Promise<Answer>,
): Promise<number> {
  switch (fault?.kind) {
    case undefined:
      return send(response, await run(), headers);
    case "status":
      return send(response, fault, headers);
    case "body":
      await run();
      return send(response, fault, headers);
    case "delay":
      await new Promise((resolve) => setTimeout(resolve, fault.millis));
      return send(response, await run(), headers);
    case "duplicate":
      await run();
      return send(response, await run(), headers);
    case "drop_before":
      response.destroy();
      return 0;
    case "drop_after":
      await run();
      response.destroy();
      return 0;
    case "cut":
      return cut(response, await run(), fault.at, true, headers);
    case "cut_after":
      return cut(response, await run(), fault.at, false, headers);
  }
}

/** Sends the first bytes. With `announced`, the headers promise all of them. */
function cut(
  response: ServerResponse,
  answer: Answer,
  at: number,
  announced: boolean,
  headers: Record<string, string>,
): Promise<number> {
  const whole = Buffer.from(answer.body);
  const part = whole.subarray(0, at);
  response.writeHead(answer.status, {
    "content-type": answer.contentType,
    connection: "close",
    "content-length": announced ? whole.length : part.length,
    ...headers,
  });
  if (!announced) {
    response.end(part);
    return Promise.resolve(part.length);
  }
  response.flushHeaders();
  return new Promise((resolve) => {
    const done = () => {
      response.destroy();
      resolve(part.length);
    };
    if (part.length === 0) done();
    else response.write(part, done);
  });
}

function parse(given: unknown): Fault {
  if (typeof given !== "object" || given === null) throw bad("a fault is an object");
  const it = given as Record<string, unknown>;
  if (typeof it["call"] !== "string" || it["call"] === "") {
    throw bad('`call` is a function such as "sync:pushChanges", or "*"');
  }
  const ordered = {
    call: it["call"],
    skip: whole(it, "skip", 0, 0),
    left: whole(it, "left", 1, 1),
  };
  return { ...ordered, ...effect(it) };
}

function effect(it: Record<string, unknown>): Effect {
  const kind = it["kind"];
  switch (kind) {
    case "status":
    case "body": {
      const status = whole(it, "status", kind === "body" ? 200 : undefined, 200, 599);
      return { kind, status, ...content(it) };
    }
    case "delay":
      return { kind, millis: whole(it, "millis", undefined, 0) };
    case "cut":
    case "cut_after":
      return { kind, at: whole(it, "at", undefined, 0) };
    case "duplicate":
    case "drop_before":
    case "drop_after":
      return { kind };
    default:
      throw bad(
        "`kind` is status, delay, cut, cut_after, duplicate, drop_before, drop_after or " +
          `body, not ${JSON.stringify(kind)}`,
      );
  }
}

/** A body: text goes as it is, anything else as JSON. */
function content(it: Record<string, unknown>): { body: string; contentType: string } {
  const { body = "", contentType } = it;
  if (contentType !== undefined && typeof contentType !== "string") {
    throw bad("`contentType` is text");
  }
  if (typeof body === "string") return { body, contentType: contentType ?? "text/plain" };
  return { body: JSON.stringify(body), contentType: contentType ?? "application/json" };
}

function whole(
  it: Record<string, unknown>,
  name: string,
  otherwise: number | undefined,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): number {
  const value = it[name] ?? otherwise;
  const good = Number.isSafeInteger(value) && (value as number) >= least;
  if (!good || (value as number) > most) {
    const end = most === Number.MAX_SAFE_INTEGER ? "" : ` to ${most}`;
    throw bad(`\`${name}\` is a whole number from ${least}${end}`);
  }
  return value as number;
}

function bad(message: string): HttpError {
  return new HttpError(400, "BadFault", message);
}
