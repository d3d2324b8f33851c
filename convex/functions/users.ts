/** Who a person is here, and which devices sync with this deployment. */
import { v } from "convex/values";
import { mutation, query } from "./_generated/server.js";
import { checkProtocol, name } from "./hub/errors.js";
import { accountOf, headOf, identityOf, requireUser } from "./hub/person.js";

/** Local ids that are remembered; the oldest give way. */
const MAX_LOCAL_IDS = 100;
/** Devices that are listed. */
const MAX_DEVICES = 100;

/**
 * Records that a device belongs to this person. The first time, it draws the names of an
 * account and an epoch. The id is a record only: it gives access to nothing.
 */
export const linkLocalId = mutation({
  args: { protocol: v.number(), localId: v.string() },
  handler: async (ctx, { protocol, localId }) => {
    const user = await requireUser(ctx);
    checkProtocol(protocol);
    name("localId", localId);
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
      head: 0,
      digests: "{}",
      linkedLocalIds: [localId],
    });
    return identity;
  },
});

/** What an account page shows. */
export const me = query({
  args: {},
  handler: async (ctx) => {
    const user = await requireUser(ctx);
    const { provider, person } = await accountOf(ctx, user._id);
    const head = await headOf(ctx, user._id);
    const devices = await ctx.db
      .query("syncDevices")
      .withIndex("by_device", (q) => q.eq("user", user._id))
      .take(MAX_DEVICES);
    return {
      person: head?.person ?? person,
      provider,
      name: user.name ?? null,
      image: user.image ?? null,
      account: head?.account ?? null,
      epoch: head?.epoch ?? null,
      linkedLocalIds: head?.linkedLocalIds ?? [],
      devices: devices.map(({ device, lastContactAt }) => ({ device, lastContactAt })),
    };
  },
});

function draw(): string {
  return crypto.randomUUID().replaceAll("-", "");
}
