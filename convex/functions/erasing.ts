/** What erasing leaves to do, in steps that a transaction can hold, each calling the next. */
import { v } from "convex/values";
import { internalMutation } from "./_generated/server.js";
import { change } from "./hub/change.js";
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
