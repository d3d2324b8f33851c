/**
 * What stays of an erased account: the hash of who it was, and how often. The same person
 * may come back, but as somebody else: a device that still holds the old rows must not take
 * an erased account for one that was lost, and fill it again. And a deployment whose owner
 * left is not free for whoever comes next.
 */
import type { Doc, Id } from "../_generated/dataModel.js";
import type { DatabaseReader, MutationCtx } from "../_generated/server.js";
import { contentHash } from "../model/row.js";

/** What is left of the accounts that somebody erased, if they ever did. */
export function erasedOf(
  db: DatabaseReader,
  person: string,
): Promise<Doc<"erasedAccounts"> | null> {
  return db
    .query("erasedAccounts")
    .withIndex("by_person", (q) => q.eq("person", contentHash(person)))
    .unique();
}

/** Notes that a person erased the account that this user is. */
export async function noteErased(
  ctx: MutationCtx,
  person: string,
  user: Id<"users">,
): Promise<void> {
  const known = await erasedOf(ctx.db, person);
  if (known) await ctx.db.patch(known._id, { times: known.times + 1, user });
  else {
    const hash = contentHash(person);
    await ctx.db.insert("erasedAccounts", { person: hash, times: 1, user });
  }
}
