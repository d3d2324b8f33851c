// One connection of Convex's WebSocket protocol, as far as its official clients need it.
// Every commit runs every subscribed query again: there are no read sets, which is fine
// for tests.

import { convexToJson, jsonToConvex, type Value } from "convex/values";
import type { WebSocket } from "ws";
import { now, onClockSet } from "../clock.js";
import { Conflict } from "../engine/conflicts.js";
import type { Functions, Outcome } from "../functions.js";
import type { Identifier, Identity } from "../identity.js";
import type { Stats } from "../stats.js";
import { Timestamps } from "../timestamps.js";
import { withFloats } from "../values.js";

const PING_MS = 15_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What a session needs of its deployment. */
export interface Services {
  functions: Functions;
  identifier: Identifier;
  timestamps: Timestamps;
  stats: Stats;
}

interface Subscription {
  queryId: number;
  udfPath: string;
  args?: unknown[];
  /** The result that the client has, without its request id. */
  last?: string;
}

interface Version {
  querySet: number;
  identity: number;
  ts: string;
}

type Message = Record<string, unknown> & {
  type: string;
  udfPath?: unknown;
  args?: unknown;
};

export class Session {
  private version: Version = { querySet: 0, identity: 0, ts: Timestamps.zero };
  private identity: Identity | null = null;
  private readonly queries = new Map<number, Subscription>();
  private work: Promise<void> = Promise.resolve();
  private poked = false;
  /** Milliseconds by which the client's clock is ahead, if it told its time. */
  private clockSkew: number | null = null;
  private expiry: NodeJS.Timeout | undefined;
  private readonly ping: NodeJS.Timeout;
  private pinged = now();
  private readonly stopListening: () => void;

  constructor(
    private readonly socket: WebSocket,
    private readonly services: Services,
  ) {
    this.ping = setInterval(() => this.sendPing(), PING_MS);
    this.stopListening = onClockSet(() => {
      // Time that a test makes pass has its signs of life, too.
      if (now() - this.pinged >= PING_MS) this.sendPing();
      this.watchExpiry();
    });
    socket.on("message", (data) => this.enqueue(() => this.take(String(data))));
    socket.on("error", () => socket.terminate());
  }

  /** Frees everything; the connection is gone. */
  end(): void {
    clearInterval(this.ping);
    clearTimeout(this.expiry);
    this.stopListening();
  }

  /** Something was committed. */
  poke(): void {
    if (this.poked || this.queries.size === 0) return;
    this.poked = true;
    this.enqueue(async () => {
      this.poked = false;
      await this.transition({});
    });
  }

  /** One message after the other, as the deployment answers them. */
  private enqueue(work: () => Promise<void>): void {
    this.work = this.work.then(work).catch((error: unknown) => {
      // A client calls again what was under way when its connection ended.
      if (error instanceof Conflict) this.socket.close(1013, error.code);
      else this.fatal(error instanceof Error ? error.message : String(error));
    });
  }

  private async take(text: string): Promise<void> {
    const message = JSON.parse(text) as Message;
    switch (message.type) {
      case "Connect":
        if (typeof message["clientTs"] === "number") {
          this.clockSkew = message["clientTs"] - Math.trunc(now());
        }
        return;
      case "Event":
        return;
      case "ModifyQuerySet":
        return this.modify(message);
      case "Authenticate":
        return this.authenticate(message);
      case "Mutation":
      case "Action":
        return this.run(message, message.type);
      default:
        this.fatal(`Unknown message ${message.type}`);
    }
  }

  private async modify(message: Message): Promise<void> {
    if (message["baseVersion"] !== this.version.querySet) {
      return this.fatal(
        `Base version ${String(message["baseVersion"])} is not the current one`,
      );
    }
    const removed: number[] = [];
    for (const change of message["modifications"] as (Subscription & { type: string })[]) {
      if (change.type === "Add") this.queries.set(change.queryId, change);
      else if (this.queries.delete(change.queryId)) removed.push(change.queryId);
    }
    await this.transition({ querySet: message["newVersion"] as number }, removed);
  }

  private async authenticate(message: Message): Promise<void> {
    const baseVersion = message["baseVersion"];
    if (baseVersion !== this.version.identity) {
      return this.fatal("Base identity version mismatch");
    }
    this.identity = null;
    if (message["tokenType"] === "User") {
      try {
        this.identity = await this.services.identifier.identify(String(message["value"]));
      } catch (error) {
        const { message: reason } = error as Error;
        return this.authError(reason, this.version.identity, true);
      }
    }
    this.watchExpiry();
    await this.transition({ identity: this.version.identity + 1 });
  }

  /** Closes the connection when the token ends. */
  private watchExpiry(): void {
    clearTimeout(this.expiry);
    if (!this.identity) return;
    const left = this.identity.expires * 1000 - now();
    const close = () => {
      this.authError("Token expired", this.version.identity, false);
      this.socket.close();
    };
    if (left <= 0) close();
    else this.expiry = setTimeout(close, Math.min(left, LONGEST_TIMER_MS));
  }

  private async run(message: Message, type: "Mutation" | "Action"): Promise<void> {
    const outcome = await this.call(type === "Mutation" ? "mutation" : "action", message);
    const fields: Record<string, string> = {
      type: JSON.stringify(`${type}Response`),
      requestId: JSON.stringify(message["requestId"]),
      success: String(outcome.ok),
      result: outcome.ok ? encoded(outcome.value) : JSON.stringify(outcome.message),
      logLines: "[]",
    };
    if (!outcome.ok && outcome.data !== undefined)
      fields["errorData"] = encoded(outcome.data);
    if (type === "Mutation") {
      fields["ts"] = outcome.ok ? JSON.stringify(this.services.timestamps.next()) : "null";
    }
    this.send(joined(fields));
    // The client counts a mutation as done when a transition has passed its timestamp.
    if (type === "Mutation") await this.transition({});
  }

  private async call(
    kind: "query" | "mutation" | "action",
    { udfPath, args }: { udfPath?: unknown; args?: unknown },
  ): Promise<Outcome> {
    const [first = {}] = (args as unknown[] | undefined) ?? [];
    const { functions } = this.services;
    let values: object;
    try {
      values = jsonToConvex(first as never) as object;
    } catch (error) {
      return functions.failure(`Invalid arguments: ${(error as Error).message}`);
    }
    return functions.run(kind, String(udfPath), values, this.identity);
  }

  /** Runs every query, and sends the results that the client does not have. */
  private async transition(next: Partial<Version>, removed: number[] = []): Promise<void> {
    const ts = this.services.timestamps.next();
    const changes = removed.map((id) => `{"type":"QueryRemoved","queryId":${id}}`);
    for (const query of this.queries.values()) {
      const result = resultText(query.queryId, await this.call("query", query));
      const comparable = result.replace(/\[Request ID: [0-9a-f]+\]/, "");
      if (query.last === comparable) continue;
      query.last = comparable;
      changes.push(result);
    }
    const start = this.version;
    this.version = { ...start, ...next, ts };
    this.send(
      joined({
        type: '"Transition"',
        startVersion: JSON.stringify(start),
        endVersion: JSON.stringify(this.version),
        modifications: `[${changes.join(",")}]`,
        clientClockSkew: String(this.clockSkew),
        // Nanoseconds: more digits than a double has.
        serverTs: String(BigInt(Math.trunc(now())) * 1_000_000n),
      }),
    );
  }

  private authError(
    error: string,
    baseVersion: number,
    authUpdateAttempted: boolean,
  ): void {
    this.send(
      JSON.stringify({ type: "AuthError", error, baseVersion, authUpdateAttempted }),
    );
  }

  private fatal(error: string): void {
    this.send(JSON.stringify({ type: "FatalError", error }));
    this.socket.close();
  }

  private sendPing(): void {
    this.pinged = now();
    this.send('{"type":"Ping"}');
  }

  private send(text: string): void {
    if (this.socket.readyState === this.socket.OPEN) this.socket.send(text);
  }
}

function encoded(value: unknown): string {
  return withFloats(convexToJson((value ?? null) as Value));
}

function resultText(queryId: number, outcome: Outcome): string {
  const fields: Record<string, string> = outcome.ok
    ? { type: '"QueryUpdated"', queryId: String(queryId), value: encoded(outcome.value) }
    : {
        type: '"QueryFailed"',
        queryId: String(queryId),
        errorMessage: JSON.stringify(outcome.message),
      };
  if (!outcome.ok && outcome.data !== undefined)
    fields["errorData"] = encoded(outcome.data);
  return joined({ ...fields, logLines: "[]", journal: "null" });
}

/** An object from the texts of its fields. */
function joined(fields: Record<string, string>): string {
  const parts = Object.entries(fields).map(
    ([name, text]) => `${JSON.stringify(name)}:${text}`,
  );
  return `{${parts.join(",")}}`;
}
