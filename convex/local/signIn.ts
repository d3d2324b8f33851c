// Signs somebody in as a browser would, with no browser: the real sign-in of the
// functions, through the stand-in of the provider.

import type { Functions } from "./functions.js";
import type { Account, ProviderName } from "./providers/people.js";

/** What a device gets. `person` is how the functions name them. */
export interface SignedIn {
  token: string;
  refreshToken: string;
  person: string;
}

/** Redirects that a sign-in can take before something is wrong. */
const MOST_HOPS = 10;

/** Signs `account` in. Throws with what went wrong, and where. */
export async function signIn(
  functions: Functions,
  provider: ProviderName,
  account: Account,
  providerOrigin: string,
): Promise<SignedIn> {
  // The page that shows the code: the last redirect is read, not followed.
  const redirectTo = "code";
  const start = await call<{ redirect?: string; verifier?: string }>(functions, {
    provider,
    params: { redirectTo },
  });
  if (!start.redirect || !start.verifier) {
    throw new Error(`auth:signIn with ${provider} gave no address to open`);
  }
  const code = await browse(start.redirect, providerOrigin, account);
  const { tokens } = await call<{
    tokens?: { token: string; refreshToken: string } | null;
  }>(functions, { params: { code }, verifier: start.verifier });
  if (!tokens) throw new Error(`auth:signIn did not take the code of ${provider}`);
  return { ...tokens, person: `${provider}:${account.id}` };
}

async function call<T>(functions: Functions, args: object): Promise<T> {
  const outcome = await functions.run("action", "auth:signIn", args, null);
  if (outcome.ok) return outcome.value as T;
  throw new Error(
    `auth:signIn failed: ${outcome.message}; start with --show-errors to see why`,
  );
}

/** Follows redirects with cookies until one leads to the page with the code; returns it. */
async function browse(
  start: string,
  providerOrigin: string,
  account: Account,
): Promise<string> {
  const cookies = new Map<string, string>();
  let url = new URL(start);
  for (let hop = 0; hop < MOST_HOPS; hop++) {
    if (url.origin === providerOrigin) {
      url.searchParams.set("account", account.id);
      url.searchParams.set("name", account.name);
    }
    const ours = [...cookies].filter(([key]) => key.startsWith(`${url.host} `));
    const cookie = ours.map(([key, value]) => `${key.split(" ")[1]}=${value}`).join("; ");
    const answer = await fetch(url, { redirect: "manual", headers: { cookie } });
    for (const set of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(`${url.host} ${name}`, value);
    }
    const location = answer.headers.get("location");
    if (location === null) {
      throw new Error(
        `sign-in stopped at ${url.origin}${url.pathname} with ${answer.status}`,
      );
    }
    await answer.body?.cancel();
    url = new URL(location, url);
    if (url.pathname === "/sign-in/code") {
      const code = url.searchParams.get("code");
      if (code === null) throw new Error("the provider was left without a code");
      return code;
    }
  }
  throw new Error(`sign-in took more than ${MOST_HOPS} redirects`);
}
