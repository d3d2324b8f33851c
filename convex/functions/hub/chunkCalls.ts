/** The pieces of long values on their way: each is named by the hash of what it says. */
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { contentHash } from "../model/row.js";
import { utf8Length } from "../model/text.js";
import { CHUNK_BYTES, isContentHash } from "../model/wire.js";
import { badRequest, bounded, unlinked } from "./errors.js";
import { headOf } from "./person.js";
import { noRoom, usageOf } from "./quota.js";

/** Chunks that travel in one call: 4 MiB. */
export const MAX_CHUNKS = 8;
/** Hashes that one call may ask for. */
const MAX_HASHES = 1024;

function find(ctx: QueryCtx, user: Id<"users">, hash: string) {
  return ctx.db
    .query("syncChunks")
    .withIndex("by_hash", (q) => q.eq("user", user).eq("hash", hash))
    .unique();
}

function checkHashes(hashes: readonly string[], most: number): readonly string[] {
  bounded("hashes", hashes, most);
  if (!hashes.every(isContentHash))
    throw badRequest("`hashes` must be SHA-256 in hexadecimal");
  return hashes;
}

/** Those of `hashes` that this person has not put here, in their order. */
export async function missing(
  ctx: QueryCtx,
  user: Id<"users">,
  hashes: readonly string[],
): Promise<string[]> {
  const absent: string[] = [];
  for (const hash of new Set(checkHashes(hashes, MAX_HASHES))) {
    if (!(await find(ctx, user, hash))) absent.push(hash);
  }
  return absent;
}

/** Stores pieces and names them. Putting one again keeps it from being swept. */
export async function put(
  ctx: MutationCtx,
  user: Id<"users">,
  chunks: readonly string[],
  now: number,
): Promise<string[]> {
  bounded("chunks", chunks, MAX_CHUNKS);
  const head = await headOf(ctx, user);
  if (!head) throw unlinked();
  const usage = usageOf(head);
  const hashes: string[] = [];
  let added = 0;
  for (const text of chunks) {
    const bytes = utf8Length(text);
    if (bytes === 0 || bytes > CHUNK_BYTES || !text.isWellFormed()) {
      throw badRequest(`A chunk must have 1 to ${CHUNK_BYTES} bytes of UTF-8`);
    }
    const hash = contentHash(text);
    hashes.push(hash);
    const known = await find(ctx, user, hash);
    if (known) {
      if (known.refs === 0) await ctx.db.patch(known._id, { at: now });
      continue;
    }
    // Whoever names it later is told that there was no room.
    if (noRoom(usage, { rows: 0, bytes: added + bytes }) !== undefined) continue;
    added += bytes;
    const body = await ctx.db.insert("syncChunkBodies", { text });
    await ctx.db.insert("syncChunks", { user, hash, bytes, refs: 0, at: now, body });
  }
  if (added > 0) await ctx.db.patch(head._id, { bytes: usage.bytes + added });
  return hashes;
}

/** The pieces called `hashes`, null for those that this person has not put here. */
export async function read(
  ctx: QueryCtx,
  user: Id<"users">,
  hashes: readonly string[],
): Promise<(string | null)[]> {
  const texts: (string | null)[] = [];
  for (const hash of checkHashes(hashes, MAX_CHUNKS)) {
    const chunk: Doc<"syncChunks"> | null = await find(ctx, user, hash);
    const body = chunk && (await ctx.db.get(chunk.body));
    texts.push(body?.text ?? null);
  }
  return texts;
}
