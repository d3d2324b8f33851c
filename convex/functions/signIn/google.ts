/** Google, or another OpenID issuer named by `AUTH_GOOGLE_ISSUER`. */
import Google from "@auth/core/providers/google";
import { setting, type SignInMethod } from "./method.js";

const issuer = setting("AUTH_GOOGLE_ISSUER");

export const google: SignInMethod = {
  id: "google",
  title: "Google",
  flow: "browser",
  requires: ["AUTH_GOOGLE_ID", "AUTH_GOOGLE_SECRET"],
  provider: Google({
    ...(issuer ? { issuer } : {}),
    checks: ["pkce", "state", "nonce"],
    authorization: { params: { scope: "openid profile" } },
    // No e-mail address is asked for or kept: it is needed for nothing.
    profile: (profile) => ({
      id: profile.sub,
      name: profile.name,
      ...(profile.picture ? { image: profile.picture } : {}),
    }),
    // Two accounts with one address can belong to two people.
    allowDangerousEmailAccountLinking: false,
  }),
};
