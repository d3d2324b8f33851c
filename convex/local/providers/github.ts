// A stand-in for GitHub, in the addresses of GitHub Enterprise: web flow, device flow,
// and the question whose token one is. Strict where GitHub is strict.

import type { IncomingMessage } from "node:http";
import { json, text, type Answer } from "../http/exchange.js";
import { clientOf, Codes, secret } from "./codes.js";
import { type Account, type Visitors, whichCode, whoAreYou } from "./people.js";

export const GITHUB_CLIENT = { id: "local-github", secret: "local-github-secret" };

/** The smallest picture there is. */
const PICTURE = {
  status: 200,
  contentType: "image/gif",
  body: "GIF89a\u0001\u0000\u0001\u0000\u0000\u0000\u0000;",
};

const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";
const DEVICE_INTERVAL_S = 1;

interface Device {
  userCode: string;
  account: Account | "denied" | null;
  lastPoll: number;
}

/** A redirect, as an answer. */
export type Reply = Answer & { location?: string };

export class GitHub {
  private readonly codes = new Codes();
  private readonly tokens = new Map<string, { account: Account; client: string }>();
  private readonly devices = new Map<string, Device>();

  constructor(
    private readonly origin: string,
    private readonly callback: string,
    private readonly visitors: Visitors,
  ) {
    // A token that another app got: it opens `GET /user`, and must not sign anybody in.
    const stranger = { id: "1001", name: "Person 1001" };
    this.tokens.set("gho_of_another_app", { account: stranger, client: "another-app" });
  }

  answer(request: IncomingMessage, url: URL, body: string): Reply | null {
    if (/^\/avatars\/[0-9]+$/.test(url.pathname)) return PICTURE;
    const api = /^\/api\/v3\/applications\/([^/]+)\/token$/.exec(url.pathname)?.[1];
    if (api !== undefined) return this.application(request, api, body);
    switch (`${request.method} ${url.pathname}`) {
      case "GET /login/oauth/authorize":
        return this.authorize(url.searchParams);
      case "POST /login/oauth/access_token":
        return this.token(new URLSearchParams(body), request.headers.authorization);
      case "POST /login/device/code":
        return this.startDevice(new URLSearchParams(body));
      case "GET /login/device":
        return this.approveDevice(url.searchParams);
      case "GET /api/v3/user":
        return this.user(request, (account) => userOf(this.origin, account));
      case "GET /api/v3/user/emails":
        return this.user(request, ({ id }) => [
          { email: `${id}@example.com`, primary: true, verified: true },
        ]);
      default:
        return null;
    }
  }

  private authorize(query: URLSearchParams): Reply {
    if (query.get("client_id") !== GITHUB_CLIENT.id) return text(404, "no such client_id");
    if (query.get("redirect_uri") !== this.callback)
      return text(400, "redirect_uri mismatch");
    const visitor = this.visitors.of("github", query);
    if (visitor === "ask") {
      return { ...text(200, whoAreYou("GitHub", query)), contentType: "text/html" };
    }
    const back = new URL(this.callback);
    const state = query.get("state");
    if (state !== null) back.searchParams.set("state", state);
    if (visitor === "deny") back.searchParams.set("error", "access_denied");
    else back.searchParams.set("code", this.codes.issue(visitor, query));
    return { ...text(302, ""), location: back.href };
  }

  private token(form: URLSearchParams, header: string | undefined): Reply {
    if (form.get("grant_type") === DEVICE_GRANT) return this.pollDevice(form);
    const client = clientOf(form, header);
    if (client.id !== GITHUB_CLIENT.id || client.secret !== GITHUB_CLIENT.secret) {
      return json(200, { error: "incorrect_client_credentials" });
    }
    const redeemed = this.codes.redeem(form);
    if (!redeemed) return json(200, { error: "bad_verification_code" });
    return this.grant(redeemed.account);
  }

  private grant(account: Account): Reply {
    const token = secret("gho_");
    this.tokens.set(token, { account, client: GITHUB_CLIENT.id });
    return json(200, { access_token: token, token_type: "bearer", scope: "read:user" });
  }

  private startDevice(form: URLSearchParams): Reply {
    if (form.get("client_id") !== GITHUB_CLIENT.id)
      return json(404, { error: "Not Found" });
    const code = secret();
    const userCode = `${code.slice(0, 4)}-${code.slice(4, 8)}`.toUpperCase();
    this.devices.set(code, { userCode, account: null, lastPoll: 0 });
    return json(200, {
      device_code: code,
      user_code: userCode,
      verification_uri: `${this.origin}/login/device`,
      expires_in: 900,
      interval: DEVICE_INTERVAL_S,
    });
  }

  /** What a person does on another machine: types the code, and signs in. */
  private approveDevice(query: URLSearchParams): Reply {
    const typed = query.get("user_code");
    if (typed === null) return { ...text(200, whichCode()), contentType: "text/html" };
    const device = [...this.devices.values()].find((it) => it.userCode === typed);
    if (!device) return text(404, "no such code; go back and type it as it is shown");
    const visitor = this.visitors.of("github", query);
    if (visitor === "ask") {
      return { ...text(200, whoAreYou("GitHub", query)), contentType: "text/html" };
    }
    device.account = visitor === "deny" ? "denied" : visitor;
    return text(200, "You can go back to your terminal.");
  }

  private pollDevice(form: URLSearchParams): Reply {
    const code = form.get("device_code") ?? "";
    const device = this.devices.get(code);
    if (!device || form.get("client_id") !== GITHUB_CLIENT.id) {
      return json(200, { error: "incorrect_device_code" });
    }
    const now = performance.now();
    // A little grace, because timers are not exact.
    const early = device.lastPoll > 0 && now - device.lastPoll < DEVICE_INTERVAL_S * 900;
    device.lastPoll = now;
    if (early) return json(200, { error: "slow_down", interval: DEVICE_INTERVAL_S + 5 });
    if (device.account === null) return json(200, { error: "authorization_pending" });
    this.devices.delete(code);
    if (device.account === "denied") return json(200, { error: "access_denied" });
    return this.grant(device.account);
  }

  private user(request: IncomingMessage, show: (account: Account) => unknown): Reply {
    const token = /^(?:Bearer|token) (.+)$/i.exec(request.headers.authorization ?? "")?.[1];
    const known = this.tokens.get(token ?? "");
    return known
      ? json(200, show(known.account))
      : json(401, { message: "Bad credentials" });
  }

  /** Says whose token one is, to the app that got it, or ends it. */
  private application(request: IncomingMessage, app: string, body: string): Reply {
    const client = clientOf(new URLSearchParams(), request.headers.authorization);
    const ours = client.id === GITHUB_CLIENT.id && client.secret === GITHUB_CLIENT.secret;
    if (!ours || app !== GITHUB_CLIENT.id) return json(401, { message: "Bad credentials" });
    const token = tokenIn(body);
    const known = this.tokens.get(token);
    if (!known || known.client !== app) return json(404, { message: "Not Found" });
    if (request.method === "DELETE") {
      this.tokens.delete(token);
      return text(204, "");
    }
    return json(200, {
      app: { client_id: app },
      user: userOf(this.origin, known.account),
      scopes: [],
    });
  }
}

function userOf(origin: string, { id, name }: Account) {
  return {
    id: Number(id),
    login: `person-${id}`,
    name,
    email: null,
    avatar_url: `${origin}/avatars/${id}`,
  };
}

function tokenIn(body: string): string {
  try {
    return String((JSON.parse(body) as { access_token?: unknown }).access_token);
  } catch {
    return "";
  }
}
