// Written by `cargo xtask codegen` from the entities' descriptors. Do not edit.
import { defineTable } from "convex/server";
import { bool, json, reference, rowColumns, text, time } from "../model/columns";
import type { Descriptor } from "../model/descriptor";

export const entityTables = {
  aliases: defineTable({ ...rowColumns, entity: text, high: text, low: text })
    .index("by_row", ["syncUser", "syncId"])
    .index("by_low", ["syncUser", "low"])
    .index("by_high", ["syncUser", "high"]),
  comments: defineTable({ ...rowColumns, author: text, body: text, message: reference, resolved_at: time, session: reference })
    .index("by_row", ["syncUser", "syncId"]),
  inbox: defineTable({ ...rowColumns, archived_at: time, body: text, kind: text, read_at: time, session: reference, title: text })
    .index("by_row", ["syncUser", "syncId"]),
  messages: defineTable({ ...rowColumns, agent: text, blocks: json, created_at: time, external_id: text, model: text, parent: text, role: text, session: reference, text, usage: json })
    .index("by_row", ["syncUser", "syncId"]),
  sessions: defineTable({ ...rowColumns, archived: bool, cwd: text, external_id: text, git_branch: text, model: text, name: text, note: text, pinned: bool, read_at: time, source: text, started_at: time, status: text, workspace: reference })
    .index("by_row", ["syncUser", "syncId"])
    .index("by_key", ["syncUser", "syncKey"]),
  workspaces: defineTable({ ...rowColumns, archived: bool, git_remote: text, name: text, path: text, pinned: bool })
    .index("by_row", ["syncUser", "syncId"])
    .index("by_key", ["syncUser", "syncKey"]),
};

export const descriptors = {
  aliases: { fields: { entity: "text", high: "text", low: "text" }, local: [], naturalKey: [] },
  comments: { fields: { author: "text", body: "text", message: "ref", resolved_at: "time", session: "ref" }, local: [], naturalKey: [] },
  inbox: { fields: { archived_at: "time", body: "text", kind: "text", read_at: "time", session: "ref", title: "text" }, local: [], naturalKey: [] },
  messages: { fields: { agent: "text", blocks: "json", created_at: "time", external_id: "text", model: "text", parent: "text", role: "text", session: "ref", text: "text", usage: "json" }, local: ["position", "raw"], naturalKey: [] },
  sessions: { fields: { archived: "bool", cwd: "text", external_id: "text", git_branch: "text", model: "text", name: "text", note: "text", pinned: "bool", read_at: "time", source: "text", started_at: "time", status: "text", workspace: "ref" }, local: [], naturalKey: ["name", "cwd", "external_id"] },
  workspaces: { fields: { archived: "bool", git_remote: "text", name: "text", path: "text", pinned: "bool" }, local: ["here"], naturalKey: ["path"] },
} satisfies Record<string, Descriptor>;
