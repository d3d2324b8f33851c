/**
 * Everything that Convex Auth reads and writes goes through one mutation, which it calls by
 * the name `auth:store`. Here that mutation stands behind our own rules: who may sign in,
 * how often, and how a session ends.
 */
import type { MutationCtx } from "../_generated/server.js";
import { countStart, countTry } from "./limits.js";
import { isInvited, notInvited, personOf, refusedCode } from "./people.js";
import { callersSession, endSessions, renewed, type Pair } from "./sessions.js";

/** What the library asks of its store, as far as there is a rule for it. */
export type Call =
  | { type: "verifier" }
  | { type: "userOAuth"; provider: string; providerAccountId: string }
  | { type: "createAccountFromCredentials"; provider: string; account: { id: string } }
  | { type: "verifyCodeAndSignIn"; verifier?: string }
  | { type: "signIn" }
  | { type: "signOut" }
  | { type: "refreshSession"; refreshToken: string };

/** Answers a call, by what `library` answers where no rule stands against it. */
export async function store(
  ctx: MutationCtx,
  call: Call,
  library: () => Promise<unknown>,
): Promise<unknown> {
  switch (call.type) {
    case "verifier":
      await countStart(ctx);
      return library();
    case "userOAuth": {
      const { provider, providerAccountId } = call;
      if (await isInvited(ctx, provider, providerAccountId)) return library();
      // The library hands on what a browser is to bring back, and drops every error.
      return refusedCode(personOf(provider, providerAccountId));
    }
    case "createAccountFromCredentials":
      if (await isInvited(ctx, call.provider, call.account.id)) return library();
      throw notInvited(personOf(call.provider, call.account.id));
    case "verifyCodeAndSignIn":
      if (!(await countTry(ctx, call.verifier))) return null;
      await endCallers(ctx);
      return library();
    case "signIn":
      await endCallers(ctx);
      return library();
    case "signOut":
      return endCallers(ctx);
    case "refreshSession":
      return renewed(ctx, call.refreshToken, library as () => Promise<Pair | null>);
    default:
      // Ways to sign in that this deployment does not have.
      return library();
  }
}

/** Ends the session of whoever signs out, or in once more. */
async function endCallers(ctx: MutationCtx): Promise<null> {
  const session = await callersSession(ctx);
  if (session) await endSessions(ctx, [session]);
  return null;
}
