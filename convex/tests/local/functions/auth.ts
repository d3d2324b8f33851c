// A small sign-in, enough to try the stand-ins of both providers.

import GitHub from "@auth/core/providers/github";
import Google from "@auth/core/providers/google";
import { convexAuth } from "@convex-dev/auth/server";

const github = process.env["AUTH_GITHUB_BASE_URL"] ?? "";
const google = process.env["AUTH_GOOGLE_ISSUER"] ?? "";

export const { auth, signIn, signOut, store, isAuthenticated } = convexAuth({
  providers: [GitHub({ enterprise: { baseUrl: github } }), Google({ issuer: google })],
  callbacks: {
    redirect: ({ redirectTo }) => {
      const loopback =
        /^http:\/\/127\.0\.0\.1:[0-9]{4,5}\/callback\?state=[A-Za-z0-9_-]{43}$/;
      if (loopback.test(redirectTo)) return Promise.resolve(redirectTo);
      throw new Error("not a loopback address");
    },
  },
});
