import { authTables } from "@convex-dev/auth/server";
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  ...authTables,
  rows: defineTable({ owner: v.string(), key: v.string(), seq: v.number(), body: v.any() })
    .index("by_key", ["owner", "key"])
    .index("by_seq", ["owner", "seq"]),
  random: defineTable({ a: v.number(), b: v.number(), c: v.optional(v.any()) })
    .index("by_a_b", ["a", "b"])
    .index("by_c", ["c"]),
  stamped: defineTable({ n: v.number(), at: v.commitTs() }).index("by_at", ["at"]),
});
