/**
 * Whose deployment this is. A deployment is a person's own, and its address is no secret,
 * so nobody gets in by having an account at GitHub or Google alone.
 *
 * `DRIFTLINE_PEOPLE` lists who may sign in: `github:123,google:456`, or `*` for everybody.
 * Where it is not set, whoever signs in first owns the deployment, and people who have an
 * account in it keep it; nobody else gets one, also when the last account was erased.
 */
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { erasedOf } from "../hub/erased.js";
import { failure } from "../hub/errors.js";
import { setting } from "./method.js";

/** The variable. */
const PEOPLE = "DRIFTLINE_PEOPLE";

/** What a person is called in the list: the provider and its account id. */
export function personOf(provider: string, accountId: string): string {
  return `${provider}:${accountId}`;
}

/** Whether the owner of an account at a provider may sign in. */
export async function isInvited(
  ctx: QueryCtx,
  provider: string,
  accountId: string,
): Promise<boolean> {
  const list = setting(PEOPLE)
    .split(",")
    .map((it) => it.trim())
    .filter((it) => it !== "");
  if (list.length > 0) {
    return list.includes("*") || list.includes(personOf(provider, accountId));
  }
  const known = await ctx.db
    .query("authAccounts")
    .withIndex("providerAndAccountId", (q) =>
      q.eq("provider", provider).eq("providerAccountId", accountId),
    )
    .first();
  // Two who are first at once read and write the same: one of them is judged again.
  if (known !== null || (await ctx.db.query("authAccounts").first()) !== null) {
    return known !== null;
  }
  // Whoever erased the last account still owns the deployment.
  const isUnowned = (await ctx.db.query("erasedAccounts").first()) === null;
  return isUnowned || (await erasedOf(ctx.db, personOf(provider, accountId))) !== null;
}

/** Whether a person who is signed in still may be. */
export async function isStillInvited(
  ctx: QueryCtx,
  user: Doc<"authSessions">["userId"],
): Promise<boolean> {
  const account = await ctx.db
    .query("authAccounts")
    .withIndex("userIdAndProvider", (q) => q.eq("userId", user))
    .first();
  return account !== null && isInvited(ctx, account.provider, account.providerAccountId);
}

/** The refusal, for a client. */
export function notInvited(person: string) {
  const message = `${person} is not among the people of this deployment`;
  return failure("not_invited", message, { person });
}

/** What stands in the place of a code for whoever gets none. No code looks like it. */
const REFUSED = "refused-";

/** The refusal, for a browser: it goes where a code would go. */
export function refusedCode(person: string): string {
  return `${REFUSED}${person}`;
}

/** Who was refused, if this stands in the place of a code. */
export function refusedIn(code: string): string | null {
  const person = code.startsWith(REFUSED) ? code.slice(REFUSED.length) : "";
  return /^[a-z-]{1,32}:[A-Za-z0-9._-]{1,255}$/.test(person) ? person : null;
}
