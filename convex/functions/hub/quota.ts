/**
 * How much one person can keep here. What is kept is counted with every change in the
 * person's head, chunks that no row names included.
 */
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { headOf } from "./person.js";

const MB = 1_000_000;
const MOST_MB = 10_000;
const MOST_ROWS = 10_000_000;

/** Documents of rows, and bytes of those and of chunks, as counted without indexes. */
export interface Usage {
  rows: number;
  bytes: number;
}

export function usageOf(head: Doc<"syncHeads">): Usage {
  return { rows: head.rows ?? 0, bytes: head.bytes ?? 0 };
}

/**
 * Why there is no room for `more`, if so. Rows that are here already, and purge marks, may
 * use a sixteenth beyond the quota: whoever has reached it must be able to delete.
 */
export function noRoom(usage: Usage, more: Usage, isMark = false): string | undefined {
  const spare = more.rows > 0 && !isMark ? 1 : 17 / 16;
  const megabytes = setting("DRIFTLINE_QUOTA_MB", MOST_MB);
  if (more.bytes > 0 && usage.bytes + more.bytes > megabytes * MB * spare) {
    return `Your quota here is used up: ${megabytes} MB (DRIFTLINE_QUOTA_MB)`;
  }
  const rows = setting("DRIFTLINE_QUOTA_ROWS", MOST_ROWS);
  if (more.rows > 0 && usage.rows + more.rows > rows * spare) {
    return `Your quota here is used up: ${rows} rows (DRIFTLINE_QUOTA_ROWS)`;
  }
  return undefined;
}

/** What whoever runs the deployment has set. */
function setting(name: string, otherwise: number): number {
  const text = process.env[name];
  const value = text === undefined ? Number.NaN : Number(text);
  return value >= 0 ? value : otherwise;
}

/** Notes that chunks went. */
export async function giveBack(ctx: MutationCtx, user: Id<"users">, bytes: number) {
  const head = await headOf(ctx, user);
  if (!head) return;
  await ctx.db.patch(head._id, { bytes: Math.max(0, usageOf(head).bytes - bytes) });
}
