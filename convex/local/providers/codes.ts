// Authorization codes with PKCE (RFC 7636), shared by both stand-ins.

import { createHash, randomBytes } from "node:crypto";
import type { Account } from "./people.js";

const LIFETIME_MS = 10 * 60 * 1000;

interface Issued {
  account: Account;
  redirect: string;
  challenge: string | null;
  nonce: string | null;
  at: number;
}

/** A random text that starts with `prefix`. */
export function secret(prefix = ""): string {
  return prefix + randomBytes(20).toString("hex");
}

export class Codes {
  private readonly issued = new Map<string, Issued>();

  /** A code for what an authorization request asked. */
  issue(account: Account, query: URLSearchParams): string {
    const code = secret();
    this.issued.set(code, {
      account,
      redirect: query.get("redirect_uri") ?? "",
      challenge: query.get("code_challenge"),
      nonce: query.get("nonce"),
      at: Date.now(),
    });
    return code;
  }

  /** Whose code a token request presents; each is good once. */
  redeem(form: URLSearchParams): { account: Account; nonce: string | null } | null {
    const code = form.get("code") ?? "";
    const issued = this.issued.get(code);
    this.issued.delete(code);
    if (!issued || Date.now() - issued.at > LIFETIME_MS) return null;
    if (form.get("redirect_uri") !== issued.redirect) return null;
    const verifier = form.get("code_verifier") ?? "";
    const challenge = createHash("sha256").update(verifier).digest("base64url");
    if (issued.challenge !== null && issued.challenge !== challenge) return null;
    return issued;
  }
}

/** The client of a token request, from its form or its Authorization header. */
export function clientOf(
  form: URLSearchParams,
  header: string | undefined,
): { id: string; secret: string } {
  const basic = /^Basic (.+)$/i.exec(header ?? "")?.[1];
  const text = basic ? Buffer.from(basic, "base64").toString() : "";
  const [id = "", password = ""] = text.split(":").map(decodeURIComponent);
  return {
    id: form.get("client_id") ?? id,
    secret: form.get("client_secret") ?? password,
  };
}
