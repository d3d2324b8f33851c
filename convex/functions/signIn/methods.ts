/** What a client asks before it signs in: which ways this deployment has, what is missing. */
import { queryGeneric } from "convex/server";
import { methods } from "./index.js";
import { setting } from "./method.js";

/** What every way needs. `CONVEX_SITE_URL` is set by the deployment itself. */
const ALWAYS = ["JWT_PRIVATE_KEY", "JWKS", "SITE_URL"] as const;

/**
 * The ways to sign in. Open to everybody, because nobody is signed in yet: names, which
 * variables are not set (never a value), and client ids, which are public.
 */
export const list = queryGeneric({
  args: {},
  handler: () => {
    const unset = (names: readonly string[]) =>
      names.filter((name) => setting(name) === "");
    return Promise.resolve({
      siteUrl: setting("CONVEX_SITE_URL"),
      missing: unset(ALWAYS),
      methods: methods.map(({ id, title, flow, requires, device }) => ({
        id,
        title,
        flow,
        missing: unset(requires),
        ...(device === undefined ? {} : { device: device() }),
      })),
    });
  },
});
