/**
 * Sign-in. Convex Auth does the protocol; `signIn/` says by which ways, who may, how often,
 * for how long, and where a browser may be sent with a code.
 *
 * The library calls `auth:store` by name, so this file must be called `auth.ts`.
 */
import { convexAuth } from "@convex-dev/auth/server";
import { v } from "convex/values";
import { internalMutation, type MutationCtx } from "./_generated/server.js";
import { methods } from "./signIn/index.js";
import { SESSION } from "./signIn/lifetime.js";
import { allowedRedirect } from "./signIn/redirect.js";
import { makeRoom } from "./signIn/sessions.js";
import { store as ours, type Call } from "./signIn/store.js";

const library = convexAuth({
  providers: methods.map((method) => method.provider),
  session: SESSION,
  callbacks: {
    redirect: ({ redirectTo }) => Promise.resolve(allowedRedirect(redirectTo)),
    beforeSessionCreation: (ctx, { userId }) =>
      makeRoom(ctx as unknown as MutationCtx, userId),
  },
});

/** The library's own store, as the function that it was made from. */
const { _handler: theirs } = library.store as unknown as {
  _handler: (ctx: MutationCtx, args: { args: unknown }) => Promise<unknown>;
};

export const { auth, signIn, signOut, isAuthenticated } = library;

export const store = internalMutation({
  // The library checks what it hands to itself.
  args: { args: v.any() },
  handler: (ctx, { args }) => ours(ctx, args as Call, () => theirs(ctx, { args })),
});
