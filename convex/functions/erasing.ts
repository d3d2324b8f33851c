/** What erasing leaves to do, in steps that a transaction can hold, each calling the next. */
import { v } from "convex/values";
import { internal } from "./_generated/api.js";
import { internalMutation } from "./_generated/server.js";
import { change } from "./hub/change.js";
import { eraseSome } from "./hub/erase.js";
import { headOf } from "./hub/person.js";
import { STEP } from "./hub/purging.js";

/** Marks some of what purged rows of a person own. */
export const markOwned = internalMutation({
  args: { user: v.id("users") },
  handler: async (ctx, { user }): Promise<void> => {
    const head = await headOf(ctx, user);
    if (!head) return;
    // This is the step that is under way, so it calls for the next.
    await change(ctx, { ...head, purging: 0 }, { ...STEP }, () => Promise.resolve());
  },
});

/** Erases some of what is left of somebody who erased their account. */
export const eraseRest = internalMutation({
  args: { user: v.id("users") },
  handler: async (ctx, { user }): Promise<void> => {
    // A user that is still there did not ask for it.
    if (await ctx.db.get(user)) return;
    if (await eraseSome(ctx, user)) {
      await ctx.scheduler.runAfter(0, internal.erasing.eraseRest, { user });
    }
  },
});
