/** GitHub, or a GitHub Enterprise server named by `AUTH_GITHUB_BASE_URL`. */
import GitHub from "@auth/core/providers/github";
import { setting, type SignInMethod } from "./method.js";

/** The provider under which accounts are kept, whichever way their owner signs in. */
export const GITHUB = "github";

/** What is kept of a person at GitHub: no e-mail address, it is needed for nothing. */
export function person(profile: {
  login: string;
  name?: string | null;
  avatar_url?: string | null;
}): { login: string; name: string; image?: string } {
  return {
    login: profile.login,
    name: profile.name ?? profile.login,
    ...(profile.avatar_url ? { image: profile.avatar_url } : {}),
  };
}

/** The address of the server, and of its API. */
export function githubUrls(): { base: string; api: string } {
  const base = setting("AUTH_GITHUB_BASE_URL");
  return base
    ? { base, api: `${base}/api/v3` }
    : { base: "https://github.com", api: "https://api.github.com" };
}

const base = setting("AUTH_GITHUB_BASE_URL");

export const github: SignInMethod = {
  id: GITHUB,
  title: "GitHub",
  flow: "browser",
  requires: ["AUTH_GITHUB_ID", "AUTH_GITHUB_SECRET"],
  provider: GitHub({
    ...(base ? { enterprise: { baseUrl: base } } : {}),
    checks: ["pkce", "state"],
    authorization: { params: { scope: "read:user" } },
    profile: (profile) => ({ id: String(profile.id), ...person(profile) }),
    // Two accounts with one address can belong to two people.
    allowDangerousEmailAccountLinking: false,
  }),
};
