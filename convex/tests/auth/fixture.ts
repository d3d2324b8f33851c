/** Convex Auth's own store, called as the library calls it, and keys to sign tokens with. */
import { exportJWK, exportPKCS8, generateKeyPair } from "jose";
import { internal } from "../../functions/_generated/api.js";
import type { Deployment } from "../hub/fixture.js";

export const SITE = "https://happy-otter-123.convex.site";

/** Sets what a deployment needs to sign somebody in. */
export async function setUp(): Promise<void> {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  Object.assign(process.env, {
    CONVEX_SITE_URL: SITE,
    SITE_URL: SITE,
    JWT_PRIVATE_KEY: (await exportPKCS8(privateKey)).trimEnd().replace(/\n/g, " "),
    JWKS: JSON.stringify({ keys: [{ use: "sig", ...(await exportJWK(publicKey)) }] }),
    AUTH_LOG_LEVEL: "ERROR",
  });
}

export function store<T>(t: Pick<Deployment, "mutation">, args: object): Promise<T> {
  return t.mutation(internal.auth.store, { args }) as Promise<T>;
}

/** Comes back from GitHub: the code, and what goes with it. */
export async function comeBack(t: Deployment, accountId: string) {
  const verifier = await store<string>(t, { type: "verifier" });
  const signature = `of ${verifier}`;
  await store(t, { type: "verifierSignature", verifier, signature });
  const code = await store<string>(t, {
    type: "userOAuth",
    provider: "github",
    providerAccountId: accountId,
    profile: { name: "Ada", login: "ada" },
    signature,
  });
  return { code, verifier };
}
