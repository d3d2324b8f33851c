/** One push: whose it is, whether it comes in time, and then the rows. */
import { v } from "convex/values";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { accept, type Taken } from "./accept.js";
import { change } from "./change.js";
import { deviceOf, noteDevice } from "./devices.js";
import { everyDigest } from "./digests.js";
import {
  badRequest,
  bounded,
  checkProtocol,
  failure,
  moved,
  name,
  PROTOCOL,
  unlinked,
  whole,
} from "./errors.js";
import { headOf, identityOf, requireUser, type Identity } from "./person.js";

/** Rows in a call: each costs look-ups, and those of a transaction are limited. */
export const MAX_ROWS = 500;

/** Bytes of rows that a call may read to mark what a purged row owns. */
const PURGED_BYTES = 2 * 1024 * 1024;

/**
 * How far serial numbers may leap: further than a device has ever called, and a small part
 * of all there are. So another session of the same person, which may call itself anything,
 * cannot use them up: whoever is overtaken goes on from the number it is told.
 */
const MAX_JUMP = 2 ** 28;

export const pushArgs = {
  protocol: v.number(),
  account: v.string(),
  epoch: v.string(),
  device: v.string(),
  serial: v.number(),
  changes: v.array(v.string()),
};

interface Push {
  protocol: number;
  account: string;
  epoch: string;
  device: string;
  serial: number;
  changes: string[];
}

export interface Answers extends Taken {
  protocol: number;
  identity: Identity;
  head: number;
  digests: Record<string, string>;
  time: number;
}

/** Joins a batch. */
export async function push(ctx: MutationCtx, call: Push): Promise<Answers> {
  const user = await requireUser(ctx);
  checkProtocol(call.protocol);
  const device = name("device", call.device);
  const serial = whole("serial", call.serial);
  const changes = bounded("changes", call.changes, MAX_ROWS);
  const head = await headOf(ctx, user._id);
  if (!head) throw unlinked();
  if (call.account !== head.account || call.epoch !== head.epoch) {
    throw moved();
  }
  const now = Date.now();
  await noteCall(ctx, user._id, device, serial, now);

  const room = { rows: MAX_ROWS - changes.length, bytes: PURGED_BYTES };
  const { done, state } = await change(ctx, head, room, (hub) => accept(hub, changes));
  return {
    protocol: PROTOCOL,
    identity: identityOf(head),
    head: state.head,
    ...done,
    digests: everyDigest(state.digests),
    time: now,
  };
}

/** Refuses a call that is older than one that was answered, and remembers this one. */
async function noteCall(
  ctx: MutationCtx,
  user: Doc<"users">["_id"],
  device: string,
  serial: number,
  now: number,
): Promise<void> {
  const last = (await deviceOf(ctx, user, device))?.serial ?? 0;
  if (serial - last > MAX_JUMP) {
    throw badRequest(`\`serial\` is more than ${MAX_JUMP} above the last one, ${last}`);
  }
  if (serial <= last) {
    throw failure("old_call", "A later call of this device was answered", { last });
  }
  await noteDevice(ctx, user, device, now, { serial });
}
