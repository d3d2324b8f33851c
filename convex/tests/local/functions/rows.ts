// A store of rows for each person: what a sync does, as small as it can be.

import { getAuthSessionId } from "@convex-dev/auth/server";
import { ConvexError, v } from "convex/values";
import type { QueryCtx } from "./_generated/server.js";
import { internalQuery, mutation, query } from "./_generated/server.js";

async function person(ctx: QueryCtx): Promise<string> {
  const session = await getAuthSessionId(ctx);
  const known = session === null ? null : await ctx.db.get(session);
  if (known === null) throw new ConvexError({ code: "unauthenticated" });
  return known.userId;
}

export const push = mutation({
  args: { rows: v.array(v.object({ key: v.string(), body: v.any() })) },
  handler: async (ctx, { rows }) => {
    const owner = await person(ctx);
    const last = await ctx.db
      .query("rows")
      .withIndex("by_seq", (q) => q.eq("owner", owner))
      .order("desc")
      .first();
    let seq = last?.seq ?? 0;
    for (const { key, body } of rows) {
      const known = await ctx.db
        .query("rows")
        .withIndex("by_key", (q) => q.eq("owner", owner).eq("key", key))
        .unique();
      seq += 1;
      if (known) await ctx.db.patch(known._id, { seq, body });
      else await ctx.db.insert("rows", { owner, key, seq, body });
    }
    return { head: seq };
  },
});

export const since = query({
  args: { seq: v.number(), limit: v.number() },
  handler: async (ctx, { seq, limit }) => {
    const owner = await person(ctx);
    const rows = await ctx.db
      .query("rows")
      .withIndex("by_seq", (q) => q.eq("owner", owner).gt("seq", seq))
      .take(limit);
    return rows.map(({ key, seq, body }) => ({ key, seq, body }));
  },
});

/** Reads all rows of everybody and keeps none of them. */
export const scan = query({
  args: {},
  handler: async (ctx) => {
    const none = ctx.db.query("rows").filter((q) => q.eq(q.field("seq"), -1));
    return (await none.collect()).length;
  },
});

export const hidden = internalQuery({ args: {}, handler: () => Promise.resolve("hidden") });
