// A stand-in for Google: an OpenID provider with discovery, signed identities and PKCE.

import type { IncomingMessage } from "node:http";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from "jose";
import { json, text } from "../http/exchange.js";
import { clientOf, Codes, secret } from "./codes.js";
import type { Reply } from "./github.js";
import { type Account, type Visitors, whoAreYou } from "./people.js";

export const GOOGLE_CLIENT = { id: "local-google", secret: "local-google-secret" };

const KEY_ID = "local";

export class Google {
  private readonly codes = new Codes();

  private constructor(
    private readonly issuer: string,
    private readonly callback: string,
    private readonly visitors: Visitors,
    private readonly key: CryptoKey,
    private readonly jwk: JWK,
  ) {}

  static async start(
    issuer: string,
    callback: string,
    visitors: Visitors,
  ): Promise<Google> {
    const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
    const jwk = { ...(await exportJWK(publicKey)), kid: KEY_ID, use: "sig", alg: "RS256" };
    return new Google(issuer, callback, visitors, privateKey, jwk);
  }

  async answer(request: IncomingMessage, url: URL, body: string): Promise<Reply | null> {
    const path = new URL(this.issuer).pathname;
    if (!url.pathname.startsWith(`${path}/`)) return null;
    switch (`${request.method} ${url.pathname.slice(path.length)}`) {
      case "GET /.well-known/openid-configuration":
        return json(200, this.discovery());
      case "GET /keys":
        return json(200, { keys: [this.jwk] });
      case "GET /authorize":
        return this.authorize(url.searchParams);
      case "POST /token":
        return this.token(new URLSearchParams(body), request.headers.authorization);
      default:
        return null;
    }
  }

  private discovery() {
    return {
      issuer: this.issuer,
      authorization_endpoint: `${this.issuer}/authorize`,
      token_endpoint: `${this.issuer}/token`,
      jwks_uri: `${this.issuer}/keys`,
      code_challenge_methods_supported: ["S256"],
      id_token_signing_alg_values_supported: ["RS256"],
      response_types_supported: ["code"],
      subject_types_supported: ["public"],
    };
  }

  private authorize(query: URLSearchParams): Reply {
    if (query.get("client_id") !== GOOGLE_CLIENT.id) return text(401, "invalid_client");
    if (query.get("redirect_uri") !== this.callback)
      return text(400, "redirect_uri_mismatch");
    const visitor = this.visitors.of("google", query);
    if (visitor === "ask") {
      return { ...text(200, whoAreYou("Google", query)), contentType: "text/html" };
    }
    const back = new URL(this.callback);
    const state = query.get("state");
    if (state !== null) back.searchParams.set("state", state);
    if (visitor === "deny") back.searchParams.set("error", "access_denied");
    else back.searchParams.set("code", this.codes.issue(visitor, query));
    return { ...text(302, ""), location: back.href };
  }

  private async token(form: URLSearchParams, header: string | undefined): Promise<Reply> {
    const client = clientOf(form, header);
    if (client.id !== GOOGLE_CLIENT.id || client.secret !== GOOGLE_CLIENT.secret) {
      return json(401, { error: "invalid_client" });
    }
    const redeemed = this.codes.redeem(form);
    if (!redeemed) return json(400, { error: "invalid_grant" });
    return json(200, {
      access_token: secret("ya29."),
      token_type: "Bearer",
      expires_in: 3599,
      scope: "openid profile",
      id_token: await this.identity(redeemed.account, redeemed.nonce),
    });
  }

  private identity({ id, name }: Account, nonce: string | null): Promise<string> {
    const email = { email: `${id}@example.com`, email_verified: true };
    return new SignJWT({ name, ...email, ...(nonce === null ? {} : { nonce }) })
      .setProtectedHeader({ alg: "RS256", kid: KEY_ID })
      .setIssuer(this.issuer)
      .setAudience(GOOGLE_CLIENT.id)
      .setSubject(id)
      .setIssuedAt()
      .setExpirationTime("1h")
      .sign(this.key);
  }
}
