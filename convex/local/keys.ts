// The key pair that a deployment signs its tokens with.

import { exportJWK, exportPKCS8, generateKeyPair } from "jose";

/** The two environment variables of Convex Auth. */
export interface SigningKeys {
  JWT_PRIVATE_KEY: string;
  JWKS: string;
}

/** A fresh pair, written as Convex Auth reads it: the PEM text in one line. */
export async function newSigningKeys(): Promise<SigningKeys> {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  const pem = (await exportPKCS8(privateKey)).trimEnd();
  const jwk = { use: "sig", ...(await exportJWK(publicKey)) };
  return {
    JWT_PRIVATE_KEY: pem.replaceAll("\n", " "),
    JWKS: JSON.stringify({ keys: [jwk] }),
  };
}
