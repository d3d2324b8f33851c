/**
 * Who calls. It is always told by the verified session and never by an argument. A token
 * lives on for an hour after its session ended, so the session must still be there.
 */
import { getAuthSessionId, getAuthUserId } from "@convex-dev/auth/server";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { erasedOf } from "./erased.js";
import { checkRows, failure } from "./errors.js";

/** The user of a session that still exists. */
export async function requireUser(ctx: QueryCtx): Promise<Doc<"users">> {
  const userId = await getAuthUserId(ctx);
  const sessionId = await getAuthSessionId(ctx);
  const userKey = userId && ctx.db.normalizeId("users", userId);
  const sessionKey = sessionId && ctx.db.normalizeId("authSessions", sessionId);
  const session = sessionKey && (await ctx.db.get(sessionKey));
  const user = userKey && (await ctx.db.get(userKey));
  if (!session || !user || session.userId !== user._id) {
    throw failure("unauthenticated", "The session has ended; sign in again");
  }
  return user;
}

export interface Account {
  readonly provider: string;
  /**
   * The provider and its account id: what a device is bound to. Whoever erased an account
   * here has another name from then on, which no device is bound to.
   */
  readonly person: string;
}

/** The account at a provider with which the user signed up. */
export async function accountOf(ctx: QueryCtx, user: Id<"users">): Promise<Account> {
  const account = await ctx.db
    .query("authAccounts")
    .withIndex("userIdAndProvider", (q) => q.eq("userId", user))
    .first();
  if (!account) throw failure("unauthenticated", "The account is gone; sign in again");
  const { provider, providerAccountId } = account;
  const person = `${provider}:${providerAccountId}`;
  const erased = await erasedOf(ctx.db, person);
  return { provider, person: erased ? `${person}#${erased.times + 1}` : person };
}

/** What the hub keeps of the user, if a device was ever linked. */
export async function headOf(
  ctx: QueryCtx,
  user: Id<"users">,
): Promise<Doc<"syncHeads"> | null> {
  const head = await ctx.db
    .query("syncHeads")
    .withIndex("by_user", (q) => q.eq("user", user))
    .unique();
  if (head) checkRows(head.protocol);
  return head;
}

export interface Identity {
  readonly person: string;
  readonly account: string;
  readonly epoch: string;
}

export function identityOf({ person, account, epoch }: Doc<"syncHeads">): Identity {
  return { person, account, epoch };
}
