/** One page of the feed: the latest state of the rows that changed after a cursor. */
import { v } from "convex/values";
import type { QueryCtx } from "../_generated/server.js";
import { writeChange } from "../model/wire.js";
import { ConvexReader } from "./convexStore.js";
import { everyDigest, readDigests } from "./digests.js";
import { checkProtocol, PROTOCOL, unlinked, whole } from "./errors.js";
import { headOf, identityOf, requireUser, type Identity } from "./person.js";
import { MAX_ROWS } from "./push.js";

/** Bytes of a page: a function may read 16 MiB, and escapes take more than they say. */
const MAX_BYTES = 4 * 1024 * 1024;

export const pullArgs = {
  protocol: v.number(),
  /** Differs from call to call, so that no cached answer tells an old time. */
  asked: v.string(),
  cursor: v.number(),
  rows: v.number(),
  bytes: v.number(),
};

interface Pull {
  protocol: number;
  cursor: number;
  rows: number;
  bytes: number;
}

export interface Page {
  protocol: number;
  identity: Identity;
  head: number;
  next: number;
  changes: string[];
  digests: Record<string, string> | null;
  time: number;
}

/** Reads the feed first, then as many of its rows as fit, but at least one. */
export async function pull(ctx: QueryCtx, call: Pull): Promise<Page> {
  const user = await requireUser(ctx);
  checkProtocol(call.protocol);
  const cursor = whole("cursor", call.cursor);
  const rows = Math.min(Math.max(whole("rows", call.rows), 1), MAX_ROWS);
  const most = Math.min(whole("bytes", call.bytes), MAX_BYTES);
  const state = await headOf(ctx, user._id);
  if (!state) throw unlinked();

  const found = await ctx.db
    .query("syncFeed")
    .withIndex("by_seq", (q) => q.eq("user", user._id).gt("seq", cursor))
    .take(rows + 1);
  const reader = new ConvexReader(ctx.db, user._id);
  const changes: string[] = [];
  let more = found.length > rows;
  let next = cursor;
  let bytes = 0;
  for (const place of found.slice(0, rows)) {
    bytes += place.bytes;
    if (bytes > most && changes.length > 0) {
      more = true;
      break;
    }
    next = place.seq;
    const stored = await reader.get(place.entity, place.rowId);
    if (!stored) throw new Error(`The row at place ${place.seq} of the feed is not here`);
    const { entity, id, row } = stored;
    changes.push(writeChange({ entity, id, row, birth: false, whole: true }));
  }
  // Places that a row has left since are empty, so the end of the feed is the head.
  if (!more || state.head < cursor) next = state.head;
  // While a purge is under way, more changes follow that nobody has to ask for.
  const isComplete = next === state.head && state.purging === undefined;
  return {
    protocol: PROTOCOL,
    identity: identityOf(state),
    head: state.head,
    next,
    changes,
    digests: isComplete ? everyDigest(readDigests(state.digests)) : null,
    time: Date.now(),
  };
}
