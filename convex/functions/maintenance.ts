/**
 * The daily cleaning: chunks that no row has named for a day, and what joins decided
 * against more than a month ago. It goes in batches that a transaction can hold, each of
 * which calls for the next.
 */
import { internal } from "./_generated/api.js";
import { internalMutation } from "./_generated/server.js";

const DAY_MS = 24 * 60 * 60 * 1000;
const CHUNKS_KEPT_MS = DAY_MS;
const AUDIT_KEPT_MS = 30 * DAY_MS;
/** 8 MiB of texts. */
const CHUNK_BATCH = 16;
/** About 16 MiB of the largest entries would be 90; nearly all are far smaller. */
const AUDIT_BATCH = 64;

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
    }
    if (unused.length === CHUNK_BATCH) {
      await ctx.scheduler.runAfter(0, internal.maintenance.sweepChunks, {});
    }
    return unused.length;
  },
});

/** Removes old entries of the audit log. */
export const sweepAudit = internalMutation({
  args: {},
  handler: async (ctx) => {
    const before = Date.now() - AUDIT_KEPT_MS;
    const old = await ctx.db
      .query("syncAudit")
      .withIndex("by_time", (q) => q.lt("at", before))
      .take(AUDIT_BATCH);
    for (const entry of old) await ctx.db.delete(entry._id);
    if (old.length === AUDIT_BATCH) {
      await ctx.scheduler.runAfter(0, internal.maintenance.sweepAudit, {});
    }
    return old.length;
  },
});
