// Written by `cargo xtask codegen` from the entities' descriptors. Do not edit.
import { defineTable } from "convex/server";
import type { Descriptor } from "../model/descriptor.js";
import {
  bool,
  integer,
  json,
  reference,
  rowColumns,
  text,
  time,
} from "../model/columns.js";

export const entityTables = {
  /** Two ids that stand for one row */
  aliases: defineTable({
    ...rowColumns,
    /** The entity of both ids */
    entity: text,
    /** The smaller id */
    low: text,
    /** The greater id */
    high: text,
  })
    .index("by_row", ["syncUser", "syncId"])
    .index("by_low", ["syncUser", "low"])
    .index("by_high", ["syncUser", "high"]),
  /** A remark on a session or on one of its messages. */
  comments: defineTable({
    ...rowColumns,
    /** The session that it is about. */
    session: reference,
    /**
     * The message that it is about. Without it, it is about the whole session.
     */
    message: reference,
    /** What it says. */
    body: text,
    /** Who says it. */
    author: text,
    /** When it was settled. Without it, it is open. */
    resolved_at: time,
  }).index("by_row", ["syncUser", "syncId"]),
  /** Something that waits for a person's attention. */
  inbox: defineTable({
    ...rowColumns,
    /** What it asks for, such as `question`, `approval` or `done`. */
    kind: text,
    /** What it is about, in a line. */
    title: text,
    /** The whole of it. */
    body: text,
    /** The session that it comes from. */
    session: reference,
    /**
     * What it is about, if a device noticed it: the same text on every device,
     * of which the row's id is a function. Without it, somebody wrote it.
     */
    about: text,
    /** When somebody read it. Without it, it is unread. */
    read_at: time,
    /** When somebody put it away. Without it, it is still in the inbox. */
    archived_at: time,
  }).index("by_row", ["syncUser", "syncId"]),
  /** What a person, an agent or a tool said in a session. */
  messages: defineTable({
    ...rowColumns,
    /** The session in which it was said. */
    session: reference,
    /** What the agent calls it. */
    external_id: text,
    /** Who said it, such as `user`, `assistant` or `tool`. */
    role: text,
    /** What was said, as plain text, if it is one text. */
    text: text,
    /**
     * What else was said, as [`Block`]s: thoughts, tool calls and their
     * results. A block of text without one stands for `text`.
     */
    blocks: json,
    /** The model that said it. */
    model: text,
    /** What the agent calls the message that it follows. */
    parent: text,
    /** When it was said. */
    created_at: time,
    /** Its number in the session, where the agent numbers what it writes. */
    ordinal: integer,
    /**
     * The sub-agent that it belongs to. Without it, it is part of the main
     * conversation.
     */
    agent: text,
    /** How many tokens it took, as [`Usage`] keeps them. */
    usage: json,
    /** Whether a person said it to the agent, where the agent tells. */
    prompt: bool,
  }).index("by_row", ["syncUser", "syncId"]),
  /** A conversation with a coding agent. */
  sessions: defineTable({
    ...rowColumns,
    /** What people call it. */
    name: text,
    /** The folder in which it was started. */
    cwd: text,
    /** What the agent calls it. */
    external_id: text,
    /** The workspace that it belongs to. */
    workspace: reference,
    /** The agent, such as `claude-code`. */
    source: text,
    /** The model that it was started with. */
    model: text,
    /** Where it stands, such as `running`, `waiting` or `done`. */
    status: text,
    /** Whether it is kept on top. */
    pinned: bool,
    /** Whether it is out of the way. */
    archived: bool,
    /** The branch that was checked out when it was started. */
    git_branch: text,
    /** When it was started. */
    started_at: time,
    /** What people noted about it for later. */
    note: text,
    /**
     * When somebody last read it: later messages are new to them on every
     * device.
     */
    read_at: time,
  })
    .index("by_row", ["syncUser", "syncId"])
    .index("by_key", ["syncUser", "syncKey"]),
  /** A folder that somebody works in, usually a checkout of a repository. */
  workspaces: defineTable({
    ...rowColumns,
    /**
     * The folder as the first device called it. Devices that use the same path
     * share the workspace.
     */
    path: text,
    /** What people call it. Without it, the last part of the path is shown. */
    name: text,
    /** Where the repository in it is fetched from. */
    git_remote: text,
    /** Whether it is kept on top. */
    pinned: bool,
    /** Whether it is out of the way. */
    archived: bool,
  })
    .index("by_row", ["syncUser", "syncId"])
    .index("by_key", ["syncUser", "syncKey"]),
};

export const descriptors = {
  aliases: {
    fields: {
      entity: "text",
      low: "text",
      high: "text",
    },
    local: [],
    naturalKey: [],
  },
  comments: {
    fields: {
      session: "ref",
      message: "ref",
      body: "text",
      author: "text",
      resolved_at: "time",
    },
    local: [],
    naturalKey: [],
    owner: { entity: "sessions", field: "session" },
  },
  inbox: {
    fields: {
      kind: "text",
      title: "text",
      body: "text",
      session: "ref",
      about: "text",
      read_at: "time",
      archived_at: "time",
    },
    local: [],
    naturalKey: [],
  },
  messages: {
    fields: {
      session: "ref",
      external_id: "text",
      role: "text",
      text: "text",
      blocks: "json",
      model: "text",
      parent: "text",
      created_at: "time",
      ordinal: "int",
      agent: "text",
      usage: "json",
      prompt: "bool",
    },
    local: ["position", "raw"],
    naturalKey: [],
    owner: { entity: "sessions", field: "session" },
  },
  sessions: {
    fields: {
      name: "text",
      cwd: "text",
      external_id: "text",
      workspace: "ref",
      source: "text",
      model: "text",
      status: "text",
      pinned: "bool",
      archived: "bool",
      git_branch: "text",
      started_at: "time",
      note: "text",
      read_at: "time",
    },
    local: [],
    naturalKey: ["name", "cwd", "external_id"],
  },
  workspaces: {
    fields: {
      path: "text",
      name: "text",
      git_remote: "text",
      pinned: "bool",
      archived: "bool",
    },
    local: ["here"],
    naturalKey: ["path"],
  },
} satisfies Record<string, Descriptor>;
