/** The one order of changes: every row that changed takes the next place in the feed. */
import { hashOf, markOf } from "../model/row.js";
import type { HubState, HubStore, Stored } from "./store.js";

/** Gives a row the next place, counts it in the digest of its entity, and stores it. */
export async function number(
  store: HubStore,
  state: HubState,
  stored: Stored,
): Promise<void> {
  const { entity, id, row } = stored;
  const hash = hashOf(entity, id, row);
  const sum = (state.digests.get(entity) ?? 0n) - stored.hash + hash;
  state.digests.set(entity, BigInt.asUintN(64, sum));
  if (markOf(row)) state.purged.add(entity);
  state.head += 1;
  stored.hash = hash;
  stored.seq = state.head;
  await store.put(stored);
}
