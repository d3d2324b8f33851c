/**
 * How often a sign-in may be begun, and a code be tried. Nobody is signed in then and a
 * function does not hear from where it is called, so all of a deployment share one limit:
 * a flood keeps new sign-ins out while it lasts, and whoever is signed in goes on.
 *
 * What is left is kept in the table that Convex Auth brings for this purpose. Its rate
 * limiter component would be a second database inside the first, with a worker of its own,
 * for the same two numbers.
 */
import type { MutationCtx } from "../_generated/server.js";
import { failure } from "../hub/errors.js";
import { setting } from "./method.js";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Sign-ins begun in a minute, unless `DRIFTLINE_SIGN_INS_PER_MINUTE` says otherwise. */
const PER_MINUTE = 120;
/** Codes tried for each sign-in that may be begun. */
const TRIES_PER_START = 4;
/** Codes tried for one sign-in. A code has eight digits and lives for two minutes. */
const TRIES = 10;
/** What is cleaned up on the way. */
const CLEANED = 8;

/** Counts the beginning of a sign-in. */
export async function countStart(ctx: MutationCtx): Promise<void> {
  await countOrRefuse(ctx, "sign-ins", perMinute());
  await forget(ctx, "authVerifiers");
}

/** Counts a code that is tried. False if this sign-in has had its tries. */
export async function countTry(
  ctx: MutationCtx,
  verifier: string | undefined,
): Promise<boolean> {
  // What cannot be a sign-in is not worth a row; no code goes with it.
  const known = verifier && ctx.db.normalizeId("authVerifiers", verifier);
  if (!known) return false;
  await countOrRefuse(ctx, "codes", perMinute() * TRIES_PER_START);
  await forget(ctx, "authRateLimits");
  return (await take(ctx, `code ${known}`, TRIES, HOUR_MS)) === 0;
}

function perMinute(): number {
  const number = Number(setting("DRIFTLINE_SIGN_INS_PER_MINUTE"));
  return Number.isSafeInteger(number) && number > 0 ? number : PER_MINUTE;
}

async function countOrRefuse(ctx: MutationCtx, what: string, most: number) {
  const wait = await take(ctx, what, most, MINUTE_MS);
  if (wait > 0) {
    const seconds = Math.ceil(wait / 1000);
    const message = `Too many people sign in at once; try again in ${seconds} seconds`;
    throw failure("slow_down", message, { seconds });
  }
}

/** Takes one of `most` in `period`. How long to wait for one if none is left. */
async function take(
  ctx: MutationCtx,
  identifier: string,
  most: number,
  period: number,
): Promise<number> {
  const now = Date.now();
  const known = await ctx.db
    .query("authRateLimits")
    .withIndex("identifier", (q) => q.eq("identifier", identifier))
    .unique();
  const passed = known === null ? 0 : Math.max(now - known.lastAttemptTime, 0);
  const kept = known?.attemptsLeft ?? most;
  const left = Math.min(kept + (passed * most) / period, most);
  if (left < 1) return Math.ceil(((1 - left) * period) / most);
  const state = { identifier, attemptsLeft: left - 1, lastAttemptTime: now };
  if (known === null) await ctx.db.insert("authRateLimits", state);
  else await ctx.db.patch(known._id, state);
  return 0;
}

/** Removes some of what an hour has made worthless. */
async function forget(ctx: MutationCtx, table: "authVerifiers" | "authRateLimits") {
  const old = await ctx.db
    .query(table)
    .withIndex("by_creation_time", (q) => q.lt("_creationTime", Date.now() - HOUR_MS))
    .take(CLEANED);
  for (const document of old) await ctx.db.delete(document._id);
}
