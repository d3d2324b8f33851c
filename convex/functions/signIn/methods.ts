/** What a client asks before it signs in: which ways this deployment has, and which work. */
import { internalQueryGeneric, queryGeneric } from "convex/server";
import { methods } from "./index.js";
import { setting } from "./method.js";

/** What every way needs. `CONVEX_SITE_URL` is set by the deployment itself. */
const ALWAYS = ["JWT_PRIVATE_KEY", "JWKS", "SITE_URL"] as const;

function unset(names: readonly string[]): string[] {
  return names.filter((name) => setting(name) === "");
}

/**
 * The ways to sign in. Open to everybody, because nobody is signed in yet: which of them
 * work, and client ids, which are public. What is not set is told to whoever runs the
 * deployment alone; see `missing`.
 */
export const list = queryGeneric({
  args: {},
  handler: () =>
    Promise.resolve({
      siteUrl: setting("CONVEX_SITE_URL"),
      ready: unset(ALWAYS).length === 0,
      methods: methods.map(({ id, title, flow, requires, device }) => ({
        id,
        title,
        flow,
        ready: unset(requires).length === 0,
        ...(device === undefined ? {} : { device: device() }),
      })),
    }),
});

/** The variables that are not set: `npx convex run signIn/methods:missing`. */
export const missing = internalQueryGeneric({
  args: {},
  handler: () =>
    Promise.resolve({
      always: unset(ALWAYS),
      ...Object.fromEntries(methods.map(({ id, requires }) => [id, unset(requires)])),
    }),
});
