/**
 * Sign-in. Convex Auth does the protocol; this file says who may sign in (`signIn/`), for
 * how long, and where a browser may be sent with a code.
 *
 * The library calls `auth:store` by name, so this file must be called `auth.ts`.
 */
import { convexAuth } from "@convex-dev/auth/server";
import { methods } from "./signIn/index.js";
import { allowedRedirect } from "./signIn/redirect.js";

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * People sign in once on a machine and use it now and then, so a session lives for a year
 * (a leap year, too). One that was not used for half a year ends before that: that machine
 * was probably lost, sold or given away. Either way only the session ends: what was not
 * sent stays on the device until its owner signs in again.
 */
const SESSION = { totalDurationMs: 366 * DAY_MS, inactiveDurationMs: 180 * DAY_MS };

export const { auth, signIn, signOut, store, isAuthenticated } = convexAuth({
  providers: methods.map((method) => method.provider),
  session: SESSION,
  callbacks: {
    redirect: ({ redirectTo }) => Promise.resolve(allowedRedirect(redirectTo)),
  },
});
