/**
 * The columns of the tables of entities. A column is a readable copy of a cell as far as it
 * can give the cell's text back exactly (see `document.ts`); all are optional, because a
 * field may never have been written, and nullable, because it may have been emptied.
 */
import { v } from "convex/values";

export const text = v.optional(v.union(v.string(), v.null()));
export const integer = v.optional(v.union(v.number(), v.null()));
export const real = v.optional(v.union(v.number(), v.null()));
export const bool = v.optional(v.union(v.boolean(), v.null()));
/** Milliseconds since 1970. */
export const time = v.optional(v.union(v.number(), v.null()));
/** The canonical text of any JSON. */
export const json = v.optional(v.union(v.string(), v.null()));
/** The id of a row. */
export const reference = v.optional(v.union(v.string(), v.null()));

/** What a hub keeps of every row. No entity's field can be called like these. */
export const rowColumns = {
  syncUser: v.id("users"),
  /** The row's own id, a UUID. */
  syncId: v.string(),
  /** Its place in the feed. */
  syncSeq: v.number(),
  /** What it adds to the digest, 16 hexadecimal digits. */
  syncHash: v.string(),
  /** It came here as a birth and still has the natural key that it came with. */
  syncBorn: v.boolean(),
  /** Its natural key, or the hash of a long one. */
  syncKey: v.optional(v.string()),
  syncFeed: v.id("syncFeed"),
  /** The stamp that most cells have. */
  syncStamp: v.string(),
  /** The stamps of the others: JSON, by field. */
  syncStamps: v.optional(v.string()),
  /** The texts that no column can hold exactly: JSON, by field. */
  syncExtra: v.optional(v.string()),
  /** The hashes of the chunks of long values: JSON, by field. */
  syncChunks: v.optional(v.string()),
  /**
   * Milliseconds since 1970, when the hub last took a change of the row: by the hub's own
   * clock, so that devices with a wrong one do not disturb it.
   */
  updatedAt: v.number(),
  deleted_at: time,
};
