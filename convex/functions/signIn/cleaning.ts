/** What is left of sessions and sign-ins that are over, removed in steps. */
import { v } from "convex/values";
import { internal } from "../_generated/api.js";
import { internalMutation } from "../_generated/server.js";
import { SESSION } from "./lifetime.js";
import { endSessions } from "./sessions.js";

/** Each removal is one of the 4 096 reads that a transaction may make. */
const TOKENS = 1_000;
const SESSIONS = 64;

/** Removes the refresh tokens of sessions that have ended. */
export const dropTokens = internalMutation({
  args: { sessions: v.array(v.id("authSessions")) },
  handler: async (ctx, { sessions }): Promise<void> => {
    let room = TOKENS;
    for (const [done, session] of sessions.entries()) {
      const tokens = await ctx.db
        .query("authRefreshTokens")
        .withIndex("sessionId", (q) => q.eq("sessionId", session))
        .take(room);
      for (const token of tokens) await ctx.db.delete(token._id);
      room -= tokens.length;
      if (room === 0) {
        const rest = { sessions: sessions.slice(done) };
        await ctx.scheduler.runAfter(0, internal.signIn.cleaning.dropTokens, rest);
        return;
      }
    }
  },
});

/** Ends sessions that are too old to be good for anything. */
export const sweepSessions = internalMutation({
  args: {},
  handler: async (ctx): Promise<number> => {
    const before = Date.now() - SESSION.totalDurationMs;
    const old = await ctx.db
      .query("authSessions")
      .withIndex("by_creation_time", (q) => q.lt("_creationTime", before))
      .take(SESSIONS);
    const ended = await endSessions(
      ctx,
      old.map((it) => it._id),
    );
    if (old.length === SESSIONS) {
      await ctx.scheduler.runAfter(0, internal.signIn.cleaning.sweepSessions, {});
    }
    return ended;
  },
});
