/**
 * GitHub's device flow (RFC 8628), for machines without a browser. The client runs it with
 * our public client id and hands over the token that it got.
 *
 * Anybody's app gets tokens that open `GET /user`, so such an answer proves nothing about
 * who wants to sign in *here*. GitHub is asked whether the token was issued to our own app,
 * which only that app's id and secret can ask.
 */
import { ConvexCredentials } from "@convex-dev/auth/providers/ConvexCredentials";
import { createAccount } from "@convex-dev/auth/server";
import { GITHUB, githubUrls, person } from "./github.js";
import { setting, type SignInMethod } from "./method.js";

const LONGEST_TOKEN = 512;
const DEADLINE_MS = 15_000;

export const githubDevice: SignInMethod = {
  id: "github-device",
  title: "GitHub, with a code",
  flow: "device",
  requires: ["AUTH_GITHUB_ID", "AUTH_GITHUB_SECRET"],
  device: () => ({
    clientId: setting("AUTH_GITHUB_ID"),
    baseUrl: setting("AUTH_GITHUB_BASE_URL"),
  }),
  provider: ConvexCredentials({
    id: "github-device",
    authorize: async (params, ctx) => {
      const owner = await ownerOf(params["accessToken"]);
      if (owner === null) return null;
      // The same account as in the browser, hence the same person.
      const { user } = await createAccount(ctx, {
        provider: GITHUB,
        account: { id: String(owner.id) },
        profile: person(owner),
      });
      return { userId: user._id };
    },
  }),
};

interface Owner {
  id: number;
  login: string;
  name?: string | null;
  avatar_url?: string | null;
}

/** Whose token this is; `null` if it was not issued to our app. */
async function ownerOf(token: unknown): Promise<Owner | null> {
  if (typeof token !== "string" || token === "" || token.length > LONGEST_TOKEN)
    return null;
  const id = setting("AUTH_GITHUB_ID");
  const secret = setting("AUTH_GITHUB_SECRET");
  if (id === "" || secret === "") return null;
  const ask = (method: "POST" | "DELETE") =>
    fetch(`${githubUrls().api}/applications/${encodeURIComponent(id)}/token`, {
      method,
      redirect: "error",
      headers: {
        Authorization: `Basic ${btoa(`${id}:${secret}`)}`,
        "Content-Type": "application/json",
        Accept: "application/vnd.github+json",
        "User-Agent": "driftline",
      },
      body: JSON.stringify({ access_token: token }),
    });
  const answer = await inTime(ask("POST"));
  if (answer.status !== 200) return null;
  const found = (await inTime(answer.json())) as {
    app?: { client_id?: unknown };
    user?: unknown;
  };
  const owner = found.app?.client_id === id && isOwner(found.user) ? found.user : null;
  if (owner !== null) {
    // It has done its work. Where this fails, GitHub ends it after a year without use.
    await inTime(ask("DELETE")).catch(() => undefined);
  }
  return owner;
}

/**
 * What GitHub says, or an error once it is late. A timer, because `fetch` there takes no
 * `signal` into account.
 */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, refuse) => {
    const error = new Error(`GitHub did not answer within ${DEADLINE_MS / 1000} s`);
    timer = setTimeout(() => refuse(error), DEADLINE_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

function isOwner(value: unknown): value is Owner {
  if (typeof value !== "object" || value === null) return false;
  const { id, login, name, avatar_url } = value as Record<string, unknown>;
  const text = (part: unknown) =>
    part === undefined || part === null || typeof part === "string";
  return (
    Number.isSafeInteger(id) && typeof login === "string" && text(name) && text(avatar_url)
  );
}
