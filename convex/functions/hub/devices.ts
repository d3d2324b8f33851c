/**
 * The devices of a person and their sessions: what each is called, when it was last here,
 * and how one that was lost is shut out. What is listed are sessions, not what devices say
 * of themselves: one that never said which device it is of is listed, too, and can be ended.
 */
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { contentHash } from "../model/row.js";
import {
  callersSession,
  endSessions,
  newestToken,
  sessionsOf,
} from "../signIn/sessions.js";
import { failure } from "./errors.js";

/** Devices that are listed. */
const MAX_DEVICES = 100;

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

/** Notes that a device called, with what is new about it, and that this session is its. */
export async function noteDevice(
  ctx: MutationCtx,
  user: User,
  device: string,
  now: number,
  news: { serial?: number; name?: string } = {},
): Promise<void> {
  const id = await callersSession(ctx);
  const session = id && (await ctx.db.get(id));
  if (session && session.device !== device) await ctx.db.patch(session._id, { device });
  const known = await deviceOf(ctx, user, device);
  const facts = { ...news, lastContactAt: now };
  if (known) await ctx.db.patch(known._id, facts);
  else await ctx.db.insert("syncDevices", { user, device, serial: 0, ...facts });
}

/** A device as an account page shows it, or a session that nobody knows the device of. */
export interface Listed {
  /** Its id; of a session without a device, a name for it. */
  device: string;
  name: string | null;
  lastContactAt: number;
  /** Whether a session of it is alive. */
  signedIn: boolean;
  /** Whether this is a device that has said what it is. */
  known: boolean;
}

interface Alive {
  id: Session;
  device: string | undefined;
  renewedAt: number;
}

/** Sessions that can still do something. */
async function alive(ctx: QueryCtx, user: User): Promise<Alive[]> {
  const now = Date.now();
  const all: Alive[] = [];
  for (const { _id, _creationTime, device, expirationTime } of await sessionsOf(
    ctx,
    user,
  )) {
    const token = await newestToken(ctx, _id);
    // Its access token lives for an hour at most, and needs the session.
    const until = Math.min(expirationTime, token?.expirationTime ?? expirationTime);
    if (until <= now) continue;
    all.push({ id: _id, device, renewedAt: token?._creationTime ?? _creationTime });
  }
  return all;
}

export async function listDevices(ctx: QueryCtx, user: User): Promise<Listed[]> {
  const devices = await ctx.db
    .query("syncDevices")
    .withIndex("by_device", (q) => q.eq("user", user))
    .take(MAX_DEVICES);
  const names = new Set(devices.map((it) => it.device));
  const sessions = await alive(ctx, user);
  const listed = devices.map(({ device, name, lastContactAt }) => {
    const its = sessions.filter((it) => it.device === device);
    const latest = Math.max(lastContactAt, ...its.map((it) => it.renewedAt));
    const signedIn = its.length > 0;
    return { device, name: name ?? null, lastContactAt: latest, signedIn, known: true };
  });
  const strangers = sessions.filter((it) => !it.device || !names.has(it.device));
  return [
    ...listed,
    ...strangers.map((it) => ({
      device: nameOf(it.id),
      name: null,
      lastContactAt: it.renewedAt,
      signedIn: true,
      known: false,
    })),
  ];
}

/** What a session is called where people see it: its id is a part of its tokens. */
function nameOf(session: Session): string {
  return `session${contentHash(session).slice(0, 16)}`;
}

/** Ends every session of a device. What it has already received stays on it. */
export async function revokeDevice(
  ctx: MutationCtx,
  user: User,
  device: string,
): Promise<number> {
  const sessions = await sessionsOf(ctx, user);
  const its = sessions.filter((it) => it.device === device || nameOf(it._id) === device);
  if (its.length === 0 && !(await deviceOf(ctx, user, device))) {
    throw failure("unknown_device", "None of your devices is called so");
  }
  return endSessions(
    ctx,
    its.map((it) => it._id),
  );
}

/** Ends every session of a person but the caller's. */
export async function revokeOthers(ctx: MutationCtx, user: User): Promise<number> {
  const mine = await callersSession(ctx);
  const all = await sessionsOf(ctx, user);
  const others = all.filter((it) => it._id !== mine);
  return endSessions(
    ctx,
    others.map((it) => it._id),
  );
}
