/** Who a person is here, and which devices sync with this deployment. */
import { v } from "convex/values";
import { mutation, query } from "./_generated/server.js";
import * as devices from "./hub/devices.js";
import { beginErasing } from "./hub/erase.js";
import { OWNERS } from "./hub/entities.js";
import {
  badRequest,
  checkProtocol,
  moved,
  name,
  PROTOCOL,
  unlinked,
} from "./hub/errors.js";
import { accountOf, headOf, identityOf, requireUser } from "./hub/person.js";
import { usageOf } from "./hub/quota.js";

/** Local ids that are remembered; the oldest give way. */
const MAX_LOCAL_IDS = 100;

/**
 * Records that a device belongs to this person, and what it is called if it says so. The
 * first time, it draws the names of an account and an epoch. The id is a record only: it
 * gives access to nothing.
 */
export const linkLocalId = mutation({
  args: { protocol: v.number(), localId: v.string(), deviceName: v.optional(v.string()) },
  handler: async (ctx, { protocol, localId, deviceName }) => {
    const user = await requireUser(ctx);
    checkProtocol(protocol);
    name("localId", localId);
    if (deviceName !== undefined) {
      const called = { name: name("deviceName", deviceName) };
      await devices.noteDevice(ctx, user._id, localId, Date.now(), called);
    }
    const known = await headOf(ctx, user._id);
    if (known) {
      if (!known.linkedLocalIds.includes(localId)) {
        const linkedLocalIds = [...known.linkedLocalIds, localId].slice(-MAX_LOCAL_IDS);
        await ctx.db.patch(known._id, { linkedLocalIds });
      }
      return identityOf(known);
    }
    const { person } = await accountOf(ctx, user._id);
    const identity = { person, account: draw(), epoch: draw() };
    await ctx.db.insert("syncHeads", {
      user: user._id,
      ...identity,
      protocol: PROTOCOL,
      head: 0,
      digests: "{}",
      owners: { by: OWNERS },
      linkedLocalIds: [localId],
    });
    return identity;
  },
});

/**
 * Has the caller's account sealed with the key that is called `key`: its name ends in that from
 * then on. Only an account that has never had a row can be, and only once. Returns the identity
 * as it is then.
 */
export const sealAccount = mutation({
  args: { protocol: v.number(), key: v.string() },
  handler: async (ctx, { protocol, key }) => {
    const user = await requireUser(ctx);
    checkProtocol(protocol);
    if (!/^[0-9a-f]{16}$/.test(key)) {
      throw badRequest("`key` must have 16 hexadecimal digits");
    }
    const head = await headOf(ctx, user._id);
    if (!head) throw unlinked();
    if (head.head > 0 || head.account.includes(".")) return identityOf(head);
    const account = `${draw()}.${key}`;
    await ctx.db.patch(head._id, { account });
    return identityOf({ ...head, account });
  },
});

/** What an account page shows. */
export const me = query({
  args: {},
  handler: async (ctx) => {
    const user = await requireUser(ctx);
    const { provider, person } = await accountOf(ctx, user._id);
    const head = await headOf(ctx, user._id);
    return {
      person: head?.person ?? person,
      provider,
      login: user.login ?? null,
      name: user.name ?? null,
      image: user.image ?? null,
      account: head?.account ?? null,
      epoch: head?.epoch ?? null,
      linkedLocalIds: head?.linkedLocalIds ?? [],
      devices: await devices.listDevices(ctx, user._id),
    };
  },
});

/**
 * Ends every session of one of the caller's devices, or one session that nobody knows the
 * device of, and says how many there were. Whoever had it has to sign in again before it
 * gets or sends anything; what is on it stays there.
 */
export const revokeDevice = mutation({
  args: { protocol: v.number(), device: v.string() },
  handler: async (ctx, { protocol, device }) => {
    const user = await requireUser(ctx);
    checkProtocol(protocol);
    return { ended: await devices.revokeDevice(ctx, user._id, name("device", device)) };
  },
});

/** Ends every session of the caller but the one that calls, and says how many there were. */
export const revokeOthers = mutation({
  args: { protocol: v.number() },
  handler: async (ctx, { protocol }) => {
    const user = await requireUser(ctx);
    checkProtocol(protocol);
    return { ended: await devices.revokeOthers(ctx, user._id) };
  },
});

/**
 * Erases the caller's account, which is named so that no call can mean a later one, and says
 * how many rows it had. Every session of the caller ends. Nothing brings it back.
 */
export const eraseAccount = mutation({
  args: { protocol: v.number(), account: v.union(v.string(), v.null()) },
  handler: async (ctx, { protocol, account }) => {
    const user = await requireUser(ctx);
    checkProtocol(protocol);
    const head = await headOf(ctx, user._id);
    if ((head?.account ?? null) !== account) throw moved();
    await beginErasing(ctx, user._id);
    return { rows: head ? usageOf(head).rows : 0 };
  },
});

function draw(): string {
  return crypto.randomUUID().replaceAll("-", "");
}
