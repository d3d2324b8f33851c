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
      if (redirectTo !== "code") throw new Error("not the page with the code");
      return Promise.resolve(`${process.env["CONVEX_SITE_URL"] ?? ""}/sign-in/code`);
    },
  },
});
