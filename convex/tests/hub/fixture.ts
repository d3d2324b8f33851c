/**
 * The functions of `functions/` in an empty deployment, and people in it. What a call says
 * is written out as in WIRE.md.
 */
import { convexTest } from "convex-test";
import { ConvexError, type Value } from "convex/values";
import { expect, vi } from "vitest";
import { api } from "../../functions/_generated/api.js";
import type { Id } from "../../functions/_generated/dataModel.js";
import type { Answers } from "../../functions/hub/push.js";
import schema from "../../functions/schema.js";
import { PROTOCOL } from "../../functions/hub/errors.js";

export const modules = import.meta.glob([
  "../../functions/**/*.{js,ts}",
  "!../../functions/**/*.d.ts",
]);

export type Deployment = ReturnType<typeof deployment>;
export type WireCell = [string, string, string] | [string, string, string, string[]];
export interface WireRow {
  entity: string;
  id: string;
  birth?: boolean;
  whole?: boolean;
  cells: WireCell[];
}

export function deployment() {
  return convexTest({ schema, modules, transactionLimits: true });
}

/**
 * The same for hundreds of rows. The plain engine walks all of them for each query, which took
 * a minute and a half; with indexes (tests/local/engine.test.ts holds it against the plain one)
 * the same calls take a second or two. The limits of a transaction hold all the same.
 */
export async function indexedDeployment(): Promise<Deployment> {
  // Only Node can load it, and few tests need it.
  const { installIndexes } = await import("../../local/engine/indexes.js");
  const { loadEngine } = await import("../../local/engine/load.js");
  const engine = await loadEngine();
  installIndexes(engine);
  const options = { schema: schema as unknown as { tables: never }, modules };
  return engine.convexTest({
    ...options,
    transactionLimits: true,
  }) as unknown as Deployment;
}

/** A person's stamp at `millis`. */
export function person(millis: number, node = 1): string {
  return `1${millis.toString(16).padStart(12, "0")}00000000${node.toString(16).padStart(16, "0")}`;
}

/** A machine's stamp of rank `order`. */
export function machine(order: number): string {
  return `0${order.toString(16).padStart(12, "0")}${"0".repeat(24)}`;
}

/** The id number `n`. */
export function id(n: number): string {
  return `00000000-0000-7000-8000-${n.toString(16).padStart(12, "0")}`;
}

export function cell(field: string, value: unknown, stamp = person(1)): WireCell {
  return [field, stamp, JSON.stringify(value)];
}

/** A whole row that nobody acknowledged yet. */
export function born(entity: string, n: number, cells: WireCell[]): WireRow {
  return { entity, id: id(n), birth: true, whole: true, cells };
}

/** A part of a row. */
export function part(entity: string, n: number, cells: WireCell[]): WireRow {
  return { entity, id: id(n), cells };
}

/** Somebody who is signed in, with one device. */
export class Person {
  serial = 0;
  private asked = 0;
  account = "";
  epoch = "";

  constructor(
    readonly t: Deployment,
    readonly user: Id<"users">,
    readonly session: Id<"authSessions">,
    readonly device: string,
  ) {}

  get client() {
    return this.t.withIdentity({ subject: `${this.user}|${this.session}` });
  }

  async link(localId = "laptop") {
    const identity = await this.client.mutation(api.users.linkLocalId, {
      protocol: PROTOCOL,
      localId,
    });
    this.account = identity.account;
    this.epoch = identity.epoch;
    return identity;
  }

  envelope(rows: (WireRow | string)[]) {
    this.serial += 1;
    return {
      protocol: PROTOCOL,
      account: this.account,
      epoch: this.epoch,
      device: this.device,
      serial: this.serial,
      changes: rows.map((row) => (typeof row === "string" ? row : JSON.stringify(row))),
    };
  }

  push(...rows: (WireRow | string)[]): Promise<Answers> {
    return this.client.mutation(api.sync.pushChanges, this.envelope(rows));
  }

  /** Pushes rows that must all be taken. */
  async give(...rows: WireRow[]): Promise<Answers> {
    const answers = await this.push(...rows);
    expect(answers.answers.map((it) => it.kind)).toEqual(rows.map(() => "accepted"));
    return answers;
  }

  pull(cursor = 0, rows = 500, bytes = 4 << 20) {
    this.asked += 1;
    return this.client.query(api.sync.getChangesSince, {
      protocol: PROTOCOL,
      asked: String(this.asked),
      cursor,
      rows,
      bytes,
    });
  }

  /** Every row that the hub holds, in the order of the feed. */
  async rows(): Promise<WireRow[]> {
    const all: WireRow[] = [];
    for (let cursor = 0; ;) {
      const page = await this.pull(cursor);
      all.push(...page.changes.map((it) => JSON.parse(it) as WireRow));
      if (page.next === page.head) return all;
      cursor = page.next;
    }
  }

  /** The text of a field as the hub holds it. */
  async text(n: number, field: string): Promise<string | undefined> {
    const row = (await this.rows()).find((it) => it.id === id(n));
    return row?.cells.find(([name]) => name === field)?.[2];
  }

  async putChunks(chunks: string[]): Promise<string[]> {
    const args = { protocol: PROTOCOL, chunks };
    return (await this.client.mutation(api.sync.putChunks, args)).hashes;
  }
}

/** Signs somebody up at GitHub without linking a device. */
export async function signUp(t: Deployment, name: string): Promise<Person> {
  const { user, session } = await t.run(async (ctx) => {
    const user = await ctx.db.insert("users", { name });
    const expirationTime = Date.now() + 1_000_000;
    const session = await ctx.db.insert("authSessions", { userId: user, expirationTime });
    await ctx.db.insert("authAccounts", {
      userId: user,
      provider: "github",
      providerAccountId: `account of ${name}`,
    });
    return { user, session };
  });
  return new Person(t, user, session, `device of ${name}`);
}

export async function linked(t: Deployment, name = "ada"): Promise<Person> {
  const person = await signUp(t, name);
  await person.link();
  return person;
}

/** Runs `work` with a clock that only `settle` and the test move. */
export async function withTimers(work: () => Promise<void>): Promise<void> {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  try {
    await work();
  } finally {
    vi.useRealTimers();
  }
}

/** Waits until what was begun in the background is done. */
export async function settle(t: Deployment): Promise<void> {
  await t.finishAllScheduledFunctions(() => vi.advanceTimersByTime(1));
}

/** Everything that a deployment holds, as text by table. */
export function tables(t: Deployment): Promise<Record<string, string[]>> {
  return t.run(async (ctx) => {
    const all: Record<string, string[]> = {};
    for (const table of Object.keys(schema.tables)) {
      const documents = await ctx.db.query(table as keyof typeof schema.tables).collect();
      all[table] = documents.map((it) => JSON.stringify(it));
    }
    return all;
  });
}

/** The data of the error that `call` throws. */
export async function errorOf(call: Promise<unknown>): Promise<Record<string, unknown>> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ConvexError);
  const data = (error as ConvexError<Record<string, Value>> | ConvexError<string>).data;
  return (typeof data === "string" ? JSON.parse(data) : data) as Record<string, unknown>;
}
