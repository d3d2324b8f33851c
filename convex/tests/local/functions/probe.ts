// What tests of the HTTP API need: values, errors and the clock.

import { ConvexError, v } from "convex/values";
import { action, mutation, query } from "./_generated/server.js";

export const echo = query({
  args: { value: v.optional(v.any()) },
  handler: (_ctx, { value }) => Promise.resolve(value),
});

export const now = query({
  args: {},
  handler: () => Promise.resolve([Date.now(), new Date().getTime()]),
});

export const fail = query({
  args: { structured: v.boolean() },
  handler: (_ctx, { structured }) => {
    if (structured) throw new ConvexError({ code: "asked_for", count: 2 });
    throw new Error("a secret of the server");
  },
});

export const long = query({
  args: { length: v.number(), times: v.number() },
  handler: (_ctx, { length, times }) => {
    return Promise.resolve(Array.from({ length: times }, () => "x".repeat(length)));
  },
});

/** Inserts `documents` rows of `bytes` each. */
export const fill = mutation({
  args: { documents: v.number(), bytes: v.number() },
  handler: async (ctx, { documents, bytes }) => {
    const body = "x".repeat(bytes);
    for (let seq = 0; seq < documents; seq++) {
      await ctx.db.insert("rows", { owner: "fill", key: String(seq), seq, body });
    }
  },
});

export const insert = mutation({
  args: { document: v.any() },
  handler: async (ctx, { document }) => {
    await ctx.db.insert("rows", { owner: "probe", key: "k", seq: 0, body: document });
  },
});

export const ranges = query({
  args: { count: v.number() },
  handler: async (ctx, { count }) => {
    for (let i = 0; i < count; i++) {
      await ctx.db
        .query("rows")
        .withIndex("by_key", (q) => q.eq("owner", "nobody").eq("key", String(i)))
        .first();
    }
  },
});

export const patches = mutation({
  args: { count: v.number() },
  handler: async (ctx, { count }) => {
    const id = await ctx.db.insert("rows", { owner: "p", key: "p", seq: 0, body: 0 });
    for (let seq = 0; seq < count; seq++) await ctx.db.patch(id, { seq });
  },
});

export const twice = action({
  args: { n: v.number() },
  handler: (_ctx, { n }) => Promise.resolve(2 * n),
});
