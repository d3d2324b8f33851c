/**
 * The end of sessions, and their renewal as far as it decides about that. Convex Auth ends
 * a session together with every refresh token it ever had, in one transaction: after some
 * four thousand renewals that is more than a transaction can do, and the session could not
 * be ended any more. Here the session goes first, which is what both of its tokens are
 * judged by, and its refresh tokens follow in steps; and used ones do not pile up.
 */
import { getAuthSessionId } from "@convex-dev/auth/server";
import { internal } from "../_generated/api.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { isStillInvited } from "./people.js";

type Session = Id<"authSessions">;
type Token = Doc<"authRefreshTokens">;

export interface Pair {
  token: string;
  refreshToken: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** For so long Convex Auth takes a used token again: two calls of one device at once. */
const REUSE_MS = 10_000;
/** Used tokens that a renewal removes. */
const PRUNED = 64;
/** Sessions of a person. One more ends the oldest. */
export const MAX_SESSIONS = 256;

/** The session of the caller. */
export async function callersSession(ctx: QueryCtx): Promise<Session | null> {
  const id = await getAuthSessionId(ctx);
  return id && ctx.db.normalizeId("authSessions", id);
}

/** Ends sessions, and says how many there were. */
export async function endSessions(
  ctx: MutationCtx,
  sessions: readonly Session[],
): Promise<number> {
  let ended = 0;
  const left: Session[] = [];
  for (const session of sessions) {
    if (await ctx.db.get(session)) {
      await ctx.db.delete(session);
      ended += 1;
    }
    if (await newestToken(ctx, session)) left.push(session);
  }
  if (left.length > 0) {
    await ctx.scheduler.runAfter(0, internal.signIn.cleaning.dropTokens, {
      sessions: left,
    });
  }
  return ended;
}

/** Makes room for one more session of a person. */
export async function makeRoom(ctx: MutationCtx, user: Id<"users">): Promise<void> {
  const all = await sessionsOf(ctx, user, MAX_SESSIONS);
  const old = all.slice(0, Math.max(all.length - MAX_SESSIONS + 1, 0));
  await endSessions(
    ctx,
    old.map((it) => it._id),
  );
}

/** The sessions of a person, the oldest first. */
export function sessionsOf(
  ctx: QueryCtx,
  user: Id<"users">,
  most = MAX_SESSIONS,
): Promise<Doc<"authSessions">[]> {
  return ctx.db
    .query("authSessions")
    .withIndex("userId", (q) => q.eq("userId", user))
    .take(most);
}

/** The token by which a session was last renewed. */
export function newestToken(ctx: QueryCtx, session: Session): Promise<Token | null> {
  return tokensOf(ctx, session).order("desc").first();
}

function tokensOf(ctx: QueryCtx, session: Session) {
  return ctx.db
    .query("authRefreshTokens")
    .withIndex("sessionId", (q) => q.eq("sessionId", session));
}

/**
 * The next pair, from `renew`, which is Convex Auth's own; `null` ends the session. It does
 * not get to see what would make it remove or walk through every token of the session.
 */
export async function renewed(
  ctx: MutationCtx,
  refreshToken: string,
  renew: () => Promise<Pair | null>,
): Promise<Pair | null> {
  const [first = "", second = ""] = refreshToken.split("|");
  const sessionId = ctx.db.normalizeId("authSessions", second);
  if (!sessionId) return null;
  const tokenId = ctx.db.normalizeId("authRefreshTokens", first);
  const token = tokenId && (await ctx.db.get(tokenId));
  const session = await ctx.db.get(sessionId);
  const pair = session && token && (await isGood(ctx, session, token)) && (await renew());
  if (!pair) {
    await endSessions(ctx, [sessionId]);
    return null;
  }
  await prune(ctx, sessionId, pair.refreshToken);
  return pair;
}

async function isGood(
  ctx: MutationCtx,
  session: Doc<"authSessions">,
  token: Token,
): Promise<boolean> {
  const now = Date.now();
  return (
    token.sessionId === session._id &&
    token.expirationTime >= now &&
    session.expirationTime >= now &&
    (await isFirstUse(ctx, token, now)) &&
    (await isStillInvited(ctx, session.userId))
  );
}

/** Whether nobody can have stolen the token: who shows a used one has, or was robbed. */
async function isFirstUse(ctx: MutationCtx, token: Token, now: number): Promise<boolean> {
  const used = token.firstUsedTime;
  if (used === undefined || used + REUSE_MS > now) return true;
  const unused = await tokensOf(ctx, token.sessionId)
    .order("desc")
    .filter((q) => q.eq(q.field("firstUsedTime"), undefined))
    .first();
  // The answer to its first use never came.
  return unused?.parentRefreshTokenId === token._id;
}

/** Removes used tokens of the session; the current one and its parent stay. */
async function prune(ctx: MutationCtx, session: Session, refreshToken: string) {
  const current = ctx.db.normalizeId("authRefreshTokens", refreshToken.split("|")[0] ?? "");
  const parent = current && (await ctx.db.get(current))?.parentRefreshTokenId;
  const before = Date.now() - DAY_MS;
  for (const token of await tokensOf(ctx, session).take(PRUNED)) {
    const old = token.firstUsedTime !== undefined && token.firstUsedTime < before;
    if (old && token._id !== parent) await ctx.db.delete(token._id);
  }
}
