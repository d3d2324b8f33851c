/** A push for imports, which are nearly all messages; it takes nothing else. */
import { mutation } from "./_generated/server.js";
import { push, pushArgs } from "./hub/push.js";

export const bulkImport = mutation({
  args: pushArgs,
  handler: (ctx, call) => push(ctx, call, "messages"),
});
