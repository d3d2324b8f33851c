/**
 * The devices of a person: what each is called, when it was last here, and by which
 * sessions, so that one that was lost can be shut out.
 */
import { getAuthSessionId } from "@convex-dev/auth/server";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { failure } from "./errors.js";

/** Devices that are listed. */
const MAX_DEVICES = 100;
/** Sessions that are remembered of a device; one that is pushed out ends. */
const MAX_SESSIONS = 8;

type User = Id<"users">;
type Session = Id<"authSessions">;

export function deviceOf(
  ctx: QueryCtx,
  user: User,
  device: string,
): Promise<Doc<"syncDevices"> | null> {
  return ctx.db
    .query("syncDevices")
    .withIndex("by_device", (q) => q.eq("user", user).eq("device", device))
    .unique();
}

/** Notes that a device called, with what is new about it. */
export async function noteDevice(
  ctx: MutationCtx,
  user: User,
  device: string,
  now: number,
  news: { serial?: number; name?: string } = {},
): Promise<void> {
  const known = await deviceOf(ctx, user, device);
  const sessions = await withThisOne(ctx, known?.sessions ?? []);
  const facts = { ...news, sessions, lastContactAt: now };
  if (known) await ctx.db.patch(known._id, facts);
  else await ctx.db.insert("syncDevices", { user, device, serial: 0, ...facts });
}

async function withThisOne(ctx: MutationCtx, known: Session[]): Promise<Session[]> {
  const id = await getAuthSessionId(ctx);
  const mine = id && ctx.db.normalizeId("authSessions", id);
  if (!mine || known.includes(mine)) return known;
  const all = [...known, mine];
  for (const old of all.slice(0, -MAX_SESSIONS)) await endSession(ctx, old);
  return all.slice(-MAX_SESSIONS);
}

/** A device as an account page shows it. */
export interface Listed {
  device: string;
  name: string | null;
  lastContactAt: number;
  /** Whether a session of it is alive. */
  signedIn: boolean;
}

export async function listDevices(ctx: QueryCtx, user: User): Promise<Listed[]> {
  const devices = await ctx.db
    .query("syncDevices")
    .withIndex("by_device", (q) => q.eq("user", user))
    .take(MAX_DEVICES);
  return Promise.all(
    devices.map(async ({ device, name, lastContactAt, sessions }) => {
      const alive = await Promise.all((sessions ?? []).map((it) => ctx.db.get(it)));
      const signedIn = alive.some((it) => it !== null);
      return { device, name: name ?? null, lastContactAt, signedIn };
    }),
  );
}

/** Ends every session of a device. What it has already received stays on it. */
export async function revokeDevice(
  ctx: MutationCtx,
  user: User,
  device: string,
): Promise<number> {
  const known = await deviceOf(ctx, user, device);
  if (!known) throw failure("unknown_device", "None of your devices is called so");
  let ended = 0;
  for (const session of known.sessions ?? []) {
    if (await endSession(ctx, session)) ended += 1;
  }
  await ctx.db.patch(known._id, { sessions: [] });
  return ended;
}

/** Ends a session: its access token is good for nothing from now on, nor is the other. */
async function endSession(ctx: MutationCtx, session: Session): Promise<boolean> {
  const tokens = ctx.db
    .query("authRefreshTokens")
    .withIndex("sessionId", (q) => q.eq("sessionId", session));
  for await (const token of tokens) await ctx.db.delete(token._id);
  if (!(await ctx.db.get(session))) return false;
  await ctx.db.delete(session);
  return true;
}
