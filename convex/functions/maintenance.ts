/**
 * The daily cleaning: chunks that no row has named for a day, and erasing whose steps were
 * interrupted. It goes in batches that a transaction can hold, each of which calls for the
 * next.
 */
import { internal } from "./_generated/api.js";
import { internalMutation } from "./_generated/server.js";
import { giveBack } from "./hub/quota.js";

const DAY_MS = 24 * 60 * 60 * 1000;
const CHUNKS_KEPT_MS = DAY_MS;
/** 8 MiB of texts. */
const CHUNK_BATCH = 16;
/** Those who have more wait a day for the others. */
const TASKS = 500;

/** Removes chunks that no row names. */
export const sweepChunks = internalMutation({
  args: {},
  handler: async (ctx) => {
    const before = Date.now() - CHUNKS_KEPT_MS;
    const unused = await ctx.db
      .query("syncChunks")
      .withIndex("by_unused", (q) => q.eq("refs", 0).lt("at", before))
      .take(CHUNK_BATCH);
    for (const chunk of unused) {
      await ctx.db.delete(chunk.body);
      await ctx.db.delete(chunk._id);
      await giveBack(ctx, chunk.user, chunk.bytes);
    }
    if (unused.length === CHUNK_BATCH) {
      await ctx.scheduler.runAfter(0, internal.maintenance.sweepChunks, {});
    }
    return unused.length;
  },
});

/** Goes on with what was interrupted. Steps that are under way take no harm. */
export const resumeErasing = internalMutation({
  args: {},
  handler: async (ctx): Promise<number> => {
    const tasks = await ctx.db.query("syncPurges").take(TASKS);
    const purging = new Set(tasks.map((it) => it.user));
    for (const user of purging) {
      await ctx.scheduler.runAfter(0, internal.erasing.markOwned, { user });
    }
    const erased = await ctx.db
      .query("erasedAccounts")
      .withIndex("by_user", (q) => q.gt("user", undefined))
      .take(TASKS);
    for (const { user } of erased) {
      if (user) await ctx.scheduler.runAfter(0, internal.erasing.eraseRest, { user });
    }
    return purging.size + erased.length;
  },
});
