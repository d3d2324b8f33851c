/**
 * The end of an account: everything of a person goes, and nobody else's is touched. Sign-in
 * and the head go in one transaction, so no call is answered any more; the rest, which
 * nobody can reach then, follows in steps.
 */
import { internal } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { endSessions, sessionsOf } from "../signIn/sessions.js";
import { ConvexReader } from "./convexStore.js";
import { descriptors, entityTable } from "./entities.js";
import { noteErased } from "./erased.js";

/** Rows of a step, and bytes that it reads: those of each are read twice. */
const ROWS = 500;
const ROW_BYTES = 4 * 1024 * 1024;
const CHUNK_BYTES = 6 * 1024 * 1024;
/** Documents of which nobody knows the size before they are read. */
const UNKNOWN = 8;
/** Accounts at providers; there is one, unless the tables were edited by hand. */
const ACCOUNTS = 16;

type User = Id<"users">;

/** Ends the account, and begins with the rest. */
export async function beginErasing(ctx: MutationCtx, user: User): Promise<void> {
  const accounts = await ctx.db
    .query("authAccounts")
    .withIndex("userIdAndProvider", (q) => q.eq("userId", user))
    .take(ACCOUNTS);
  for (const { _id, provider, providerAccountId } of accounts) {
    await noteErased(ctx, `${provider}:${providerAccountId}`, user);
    const codes = await ctx.db
      .query("authVerificationCodes")
      .withIndex("accountId", (q) => q.eq("accountId", _id))
      .take(ROWS);
    for (const code of codes) await ctx.db.delete(code._id);
    await ctx.db.delete(_id);
  }
  await endAll(ctx, user);
  const heads = await ctx.db
    .query("syncHeads")
    .withIndex("by_user", (q) => q.eq("user", user))
    .take(ACCOUNTS);
  for (const head of heads) await ctx.db.delete(head._id);
  await ctx.db.delete(user);
  await ctx.scheduler.runAfter(0, internal.erasing.eraseRest, { user });
}

/** Erases some of what is left of a user. Whether there may be more. */
export async function eraseSome(ctx: MutationCtx, user: User): Promise<boolean> {
  for (const step of [endAll, eraseRows, eraseChunks, eraseLists, eraseStrays]) {
    if (await step(ctx, user)) return true;
  }
  for (const it of await ctx.db
    .query("erasedAccounts")
    .withIndex("by_user", (q) => q.eq("user", user))
    .take(ACCOUNTS)) {
    await ctx.db.patch(it._id, { user: undefined });
  }
  return false;
}

async function endAll(ctx: MutationCtx, user: User): Promise<boolean> {
  const sessions = await sessionsOf(ctx, user);
  await endSessions(
    ctx,
    sessions.map((it) => it._id),
  );
  return sessions.length > 0;
}

/** Rows by way of the feed, which says how long each is before it is read. */
async function eraseRows(ctx: MutationCtx, user: User): Promise<boolean> {
  const reader = new ConvexReader(ctx.db, user);
  let bytes = 0;
  let erased = 0;
  for (const place of await ctx.db
    .query("syncFeed")
    .withIndex("by_seq", (q) => q.eq("user", user))
    .take(ROWS)) {
    bytes += place.bytes;
    if (bytes > ROW_BYTES && erased > 0) break;
    const row = await reader.get(place.entity, place.rowId);
    if (row?.document) await ctx.db.delete(row.document._id);
    await ctx.db.delete(place._id);
    erased += 1;
  }
  return erased > 0;
}

async function eraseChunks(ctx: MutationCtx, user: User): Promise<boolean> {
  let bytes = 0;
  for (const chunk of await ctx.db
    .query("syncChunks")
    .withIndex("by_hash", (q) => q.eq("user", user))
    .take(ROWS)) {
    if (bytes > CHUNK_BYTES) break;
    bytes += chunk.bytes;
    await ctx.db.delete(chunk.body);
    await ctx.db.delete(chunk._id);
  }
  return bytes > 0;
}

async function eraseLists(ctx: MutationCtx, user: User): Promise<boolean> {
  const devices = await ctx.db
    .query("syncDevices")
    .withIndex("by_device", (q) => q.eq("user", user))
    .take(ROWS);
  const purges = await ctx.db
    .query("syncPurges")
    .withIndex("by_user", (q) => q.eq("user", user))
    .take(ROWS);
  for (const it of [...devices, ...purges]) await ctx.db.delete(it._id);
  return devices.length + purges.length > 0;
}

/** Rows that no place of the feed names: there are none, and nothing may stay. */
async function eraseStrays(ctx: MutationCtx, user: User): Promise<boolean> {
  const others = await ctx.db
    .query("syncOthers")
    .withIndex("by_row", (q) => q.eq("syncUser", user))
    .take(UNKNOWN);
  for (const it of others) await ctx.db.delete(it._id);
  let erased = others.length;
  for (const table of [...descriptors.keys()].flatMap((it) => entityTable(it) ?? [])) {
    if (erased > 0) break;
    const rows = await ctx.db
      .query(table)
      .withIndex("by_row", (q) => q.eq("syncUser", user))
      .take(UNKNOWN);
    for (const it of rows) await ctx.db.delete(it._id);
    erased += rows.length;
  }
  return erased > 0;
}
