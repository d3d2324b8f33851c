// Who can sign in at the stand-ins: anybody, under any account id.

import { HttpError } from "../http/exchange.js";

export type ProviderName = "github" | "google";

/** An account at a provider. */
export interface Account {
  id: string;
  name: string;
}

/** The account that an order names. Throws `HttpError`. */
export function accountOf(
  provider: unknown,
  id: unknown,
  name: unknown,
): { provider: ProviderName; account: Account } {
  if (provider !== "github" && provider !== "google") {
    throw new HttpError(400, "BadOrder", '`provider` is "github" or "google"');
  }
  const account = { id: String(id ?? ""), name: String(name ?? `Person ${id}`) };
  const rule = provider === "github" ? /^[1-9][0-9]{0,14}$/ : /^[A-Za-z0-9._-]{1,255}$/;
  if (!rule.test(account.id)) {
    const what = provider === "github" ? "a number" : "letters, digits, `.`, `_` or `-`";
    throw new HttpError(400, "BadOrder", `\`accountId\` at ${provider} is ${what}`);
  }
  return { provider, account };
}

/** What an authorization endpoint does with the next browser. */
export type Visitor = "ask" | "deny" | Account;

/** Answers the question who is in front of the browser. */
export class Visitors {
  private next: Visitor = "ask";

  /** From now on every browser is used by this visitor. */
  set(visitor: Visitor): void {
    this.next = visitor;
  }

  /** The visitor of a request: as the page's form says, or as it was set. */
  of(provider: ProviderName, query: URLSearchParams): Visitor {
    if (query.has("deny")) return "deny";
    if (!query.has("account")) return this.next;
    const name = query.get("name");
    return accountOf(provider, query.get("account"), name === "" ? undefined : name)
      .account;
  }
}

/** A page on which a person says who they are. */
export function whoAreYou(provider: string, query: URLSearchParams): string {
  const hidden = [...query].map(
    ([name, value]) =>
      `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`,
  );
  return page(
    provider,
    `<p>This is a test deployment. Sign in as anybody.</p>
<form method="get">
${hidden.join("\n")}
<p><label>Account id <input name="account" value="1001" required></label>
<p><label>Name <input name="name" value="Ada"></label>
<p><button>Sign in</button>
</form>
<form method="get">
${hidden.join("\n")}
<p><button name="deny" value="1">Refuse</button>
</form>`,
  );
}

/** A page on which a person types the code of a device. */
export function whichCode(): string {
  return page(
    "GitHub",
    `<form method="get">
<p><label>Code of the device <input name="user_code" required></label>
<p><button>Continue</button>
</form>`,
  );
}

function page(provider: string, body: string): string {
  const title = `Stand-in for ${provider}`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${title}</title>
<h1>${title}</h1>
${body}
</html>
`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (it) => `&#${it.charCodeAt(0)};`);
}
