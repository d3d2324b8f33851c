/**
 * The tables of a deployment: those of sign-in, one for each entity, and the hub's own.
 * Every index of the hub's tables begins with the person, so no query can reach over to
 * another; only the daily cleaning walks over all.
 */
import { authTables } from "@convex-dev/auth/server";
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import { entityTables } from "./generated/entities.js";
import { rowColumns } from "./model/columns.js";

export default defineSchema({
  ...authTables,
  ...entityTables,

  /** People, with the name by which their provider tells them apart, if it has one. */
  users: defineTable({
    ...authTables.users.validator.fields,
    login: v.optional(v.string()),
  })
    .index("email", ["email"])
    .index("phone", ["phone"]),

  /** Sessions, each with the device that it said it is of. */
  authSessions: defineTable({
    ...authTables.authSessions.validator.fields,
    device: v.optional(v.string()),
  }).index("userId", ["userId"]),

  /** What the hub keeps of a person: made by the first link. */
  syncHeads: defineTable({
    user: v.id("users"),
    /** The sign-in provider and its account id. */
    person: v.string(),
    /** A random name, drawn when this person's rows began here. */
    account: v.string(),
    /** A random name that changes whenever sequence numbers begin anew. */
    epoch: v.string(),
    /** The version of the protocol when this person's rows began here. */
    protocol: v.optional(v.number()),
    /** The greatest place in the feed. */
    head: v.number(),
    /** JSON: 16 hexadecimal digits for each entity. */
    digests: v.string(),
    /** What this person keeps here: documents of rows, and bytes of those and of chunks. */
    rows: v.optional(v.number()),
    bytes: v.optional(v.number()),
    /** The entities of which a row was purged. */
    purged: v.optional(v.array(v.string())),
    /** When a purge was last under way that has not marked all it must. */
    purging: v.optional(v.number()),
    /** By which rules places in the feed name owners, and up to where if not all do. */
    owners: v.optional(v.object({ by: v.string(), seen: v.optional(v.number()) })),
    /** The anonymous ids of devices before they were linked: a record, it gives no access. */
    linkedLocalIds: v.array(v.string()),
  }).index("by_user", ["user"]),

  /** The devices of each person, with the serial number of their latest push. */
  syncDevices: defineTable({
    user: v.id("users"),
    device: v.string(),
    serial: v.number(),
    lastContactAt: v.number(),
    /** What its owner calls it. */
    name: v.optional(v.string()),
  }).index("by_device", ["user", "device"]),

  /** The order of changes, read before the rows so that no page grows past its limits. */
  syncFeed: defineTable({
    user: v.id("users"),
    seq: v.number(),
    entity: v.string(),
    rowId: v.string(),
    bytes: v.number(),
    /** The entity and id of the row's owner. */
    owner: v.optional(v.string()),
  })
    .index("by_seq", ["user", "seq"])
    .index("by_owner", ["user", "owner", "entity", "rowId"]),

  /** Purged rows of which not all is marked that they own. */
  syncPurges: defineTable({
    user: v.id("users"),
    entity: v.string(),
    rowId: v.string(),
  }).index("by_user", ["user"]),

  /** Rows of entities that this schema does not know; their cells are all kept as text. */
  syncOthers: defineTable({ ...rowColumns, syncEntity: v.string() }).index("by_row", [
    "syncUser",
    "syncEntity",
    "syncId",
  ]),

  /** Who erased an account here, as a hash: they are somebody else if they come back. */
  erasedAccounts: defineTable({
    /** SHA-256 of the provider and its account id. */
    person: v.string(),
    /** How often. */
    times: v.number(),
    /** Who they were, until nothing is left of that. */
    user: v.optional(v.id("users")),
  })
    .index("by_person", ["person"])
    .index("by_user", ["user"]),

  /** The pieces of long values, apart from their texts so that looking costs little. */
  syncChunks: defineTable({
    user: v.id("users"),
    /** SHA-256 of the text. */
    hash: v.string(),
    /** Bytes of UTF-8. */
    bytes: v.number(),
    /** How often rows name it. */
    refs: v.number(),
    /** When it was put here, or when the last row that named it gave it up. */
    at: v.number(),
    body: v.id("syncChunkBodies"),
  })
    .index("by_hash", ["user", "hash"])
    .index("by_unused", ["refs", "at"]),

  syncChunkBodies: defineTable({ text: v.string() }),
});
