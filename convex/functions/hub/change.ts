/**
 * One change of what a hub keeps of a person: what was asked for, then as much of what
 * purges left to do as the transaction has room for. What does not fit is done by the
 * deployment itself, step by step; until then the head says so, and no page is complete.
 */
import { internal } from "../_generated/api.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import type { Hub } from "./accept.js";
import { ConvexStore } from "./convexStore.js";
import { readDigests, writeDigests } from "./digests.js";
import { descriptors } from "./entities.js";
import { purge, type Room } from "./purging.js";
import { usageOf } from "./quota.js";
import type { HubState } from "./store.js";

/** Steps follow each other at once; after so long without one they are begun again. */
const STALLED_MS = 60_000;

/** Runs `job` on what the hub keeps, and writes what became of it. */
export async function change<T>(
  ctx: MutationCtx,
  head: Doc<"syncHeads">,
  room: Room,
  job: (hub: Hub) => Promise<T>,
): Promise<{ done: T; state: HubState }> {
  const now = Date.now();
  const purged = new Set(head.purged);
  const state = { head: head.head, digests: readDigests(head.digests), purged };
  const store = new ConvexStore(ctx.db, head, now, usageOf(head));
  const done = await job({ store, state, descriptors, now });
  const left = await purge({ store, state, descriptors }, room);
  if (await store.finish()) {
    await ctx.scheduler.runAfter(0, internal.maintenance.sweepChunks, {});
  }
  const isUnderWay = head.purging !== undefined && head.purging > now - STALLED_MS;
  if (state.head !== head.head || left || head.purging !== undefined) {
    await ctx.db.patch(head._id, {
      head: state.head,
      digests: JSON.stringify(writeDigests(state.digests)),
      owners: store.owners,
      ...(purged.size > 0 && { purged: [...purged] }),
      ...store.usage,
      purging: !left ? undefined : isUnderWay ? head.purging : now,
    });
  }
  if (left && !isUnderWay) {
    await ctx.scheduler.runAfter(0, internal.erasing.markOwned, { user: head.user });
  }
  return { done, state };
}
