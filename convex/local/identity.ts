// Who calls: a bearer token, checked as a deployment checks it, through the discovery
// document and the key set of the provider that `auth.config.ts` names.

import { createRemoteJWKSet, decodeJwt, jwtVerify, type JWTPayload } from "jose";

/** One entry of `auth.config.ts`. */
export interface AuthProvider {
  domain: string;
  applicationID: string;
}

/** What functions see of the caller, and when the token stops being good. */
export interface Identity {
  attributes: Record<string, unknown>;
  /** Seconds since 1970. */
  expires: number;
}

/** A token that was refused, with the code of the answer. */
export class TokenRefused extends Error {
  constructor(
    readonly code: "InvalidAuthHeader" | "NoAuthProvider" | "Unauthenticated",
    message: string,
  ) {
    super(message);
  }
}

const ATTRIBUTES: Record<string, string> = {
  given_name: "givenName",
  family_name: "familyName",
  preferred_username: "preferredUsername",
  profile: "profileUrl",
  picture: "pictureUrl",
  email_verified: "emailVerified",
  birthdate: "birthday",
  zoneinfo: "timezone",
  locale: "language",
  phone_number: "phoneNumber",
  phone_number_verified: "phoneNumberVerified",
  updated_at: "updatedAt",
};
const NOT_ATTRIBUTES = new Set(["sub", "iss", "aud", "exp", "iat", "nbf", "jti"]);

export class Identifier {
  private readonly keys = new Map<string, ReturnType<typeof createRemoteJWKSet>>();

  constructor(private readonly providers: AuthProvider[]) {}

  /** Checks a token. Throws `TokenRefused`. */
  async identify(token: string): Promise<Identity> {
    const claims = unverified(token);
    const audiences = [claims.aud].flat();
    const provider = this.providers.find(
      (it) => it.domain === claims.iss && audiences.includes(it.applicationID),
    );
    if (!provider) {
      const message = "No auth provider found matching the given token";
      throw new TokenRefused("NoAuthProvider", message);
    }
    try {
      const { payload } = await jwtVerify(token, await this.keysOf(provider.domain), {
        issuer: provider.domain,
        audience: provider.applicationID,
        algorithms: ["RS256", "EdDSA"],
        requiredClaims: ["sub", "exp"],
      });
      return { attributes: attributes(payload), expires: payload.exp ?? 0 };
    } catch {
      const message =
        "Could not verify OIDC token claim. Check that the token signature is valid " +
        "and the token hasn't expired.";
      throw new TokenRefused("Unauthenticated", message);
    }
  }

  private async keysOf(domain: string) {
    const known = this.keys.get(domain);
    if (known) return known;
    const answer = await fetch(`${domain}/.well-known/openid-configuration`);
    const found = (await answer.json()) as { issuer: string; jwks_uri: string };
    if (found.issuer !== domain)
      throw new Error("the discovery document names another issuer");
    const keys = createRemoteJWKSet(new URL(found.jwks_uri));
    this.keys.set(domain, keys);
    return keys;
  }
}

function unverified(token: string): JWTPayload {
  try {
    const claims = decodeJwt(token);
    if (claims.iss !== undefined) return claims;
  } catch {
    // Answered below, like a token that names nobody.
  }
  const message = "Could not parse JWT payload. Check that the token is a valid JWT.";
  throw new TokenRefused("InvalidAuthHeader", message);
}

function attributes(claims: JWTPayload): Record<string, unknown> {
  const found: Record<string, unknown> = {
    subject: claims.sub,
    issuer: claims.iss,
    tokenIdentifier: `${claims.iss}|${claims.sub}`,
  };
  for (const [claim, value] of Object.entries(claims)) {
    if (!NOT_ATTRIBUTES.has(claim)) found[ATTRIBUTES[claim] ?? claim] = value;
  }
  return found;
}
