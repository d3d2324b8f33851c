/** The calls by which a device and its person's deployment stay equal; see WIRE.md. */
import { v } from "convex/values";
import { mutation, query } from "./_generated/server.js";
import * as chunks from "./hub/chunkCalls.js";
import { checkProtocol } from "./hub/errors.js";
import { headOf, requireUser } from "./hub/person.js";
import { pull, pullArgs } from "./hub/pull.js";
import { push, pushArgs } from "./hub/push.js";

/** What changed after a cursor, in pages. */
export const getChangesSince = query({ args: pullArgs, handler: pull });

/** The same feed from its beginning: the first state of a device. */
export const getFullState = query({ args: pullArgs, handler: pull });

/** Joins rows and answers for each. Repeating it is harmless. */
export const pushChanges = mutation({
  args: pushArgs,
  handler: (ctx, call) => push(ctx, call),
});

/** What a live client subscribes to: it changes whenever something else does. */
export const head = query({
  args: {},
  handler: async (ctx) => {
    const user = await requireUser(ctx);
    const it = await headOf(ctx, user._id);
    return it && { head: it.head, account: it.account, epoch: it.epoch };
  },
});

/** Which chunks have to be put before a row can name them. */
export const missingChunks = query({
  args: { protocol: v.number(), asked: v.string(), hashes: v.array(v.string()) },
  handler: async (ctx, { protocol, hashes }) => {
    const user = await requireUser(ctx);
    checkProtocol(protocol);
    return { missing: await chunks.missing(ctx, user._id, hashes) };
  },
});

/** Puts pieces of long values here. */
export const putChunks = mutation({
  args: { protocol: v.number(), chunks: v.array(v.string()) },
  handler: async (ctx, call) => {
    const user = await requireUser(ctx);
    checkProtocol(call.protocol);
    return { hashes: await chunks.put(ctx, user._id, call.chunks, Date.now()) };
  },
});

/** The pieces of long values, in the order asked. */
export const getChunks = query({
  args: { protocol: v.number(), asked: v.string(), hashes: v.array(v.string()) },
  handler: async (ctx, { protocol, hashes }) => {
    const user = await requireUser(ctx);
    checkProtocol(protocol);
    return { chunks: await chunks.read(ctx, user._id, hashes) };
  },
});
