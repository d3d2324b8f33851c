// @vitest-environment node
// The HTTP API as clients see it: shapes, numbers, errors, and who is let in.

import { createHmac, createSign, generateKeyPairSync } from "node:crypto";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { Deployment, type Tokens } from "./harness.js";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let local: Deployment;
let ada: Tokens;

beforeAll(async () => {
  local = await Deployment.start();
  ada = await local.signIn();
});

describe("answers", () => {
  test("numbers are written as the Rust backend writes them", async () => {
    const value = { whole: 2, half: 0.5, list: [0, -3], big: 2 ** 53 };
    const { text } = await local.call("query", "probe:echo", { value });
    const written = '{"big":9007199254740992.0,"half":0.5,"list":[0.0,-3.0],"whole":2.0}';
    expect(text).toBe(`{"status":"success","value":${written}}`);
  });

  test("the two formats differ in what they lose", async () => {
    const value = { i: { $integer: "//////////8=" }, b: { $bytes: "AAEC" } };
    const plain = await local.call("query", "probe:echo", { value });
    expect(plain.body.value).toEqual({ i: "-1", b: "AAEC" });
    const encoded = { format: "convex_encoded_json" };
    const exact = await local.call("query", "probe:echo", { value }, encoded);
    expect(exact.body.value).toEqual(value);
    expect((await local.call("query", "probe:echo", {}, { format: "xml" })).status).toBe(
      400,
    );
  });

  test("every way to call a function", async () => {
    expect(await local.value("action", "probe:twice", { n: 4 })).toBe(8);
    expect(await local.value("function", "probe:twice", { n: 4 })).toBe(8);
    const type = { "content-type": "application/json" };
    const run = await local.post("/api/run/probe/twice", '{"args":{"n":3}}', type);
    expect(run.body.value).toBe(6);
    const query = new URLSearchParams({ path: "probe:echo", args: '{"value":1}' });
    const got = await fetch(`${local.ready.url}/api/query?${query}`);
    expect(await got.text()).toBe('{"status":"success","value":1.0}');
    expect((await fetch(`${local.ready.url}/version`)).status).toBe(200);
  });

  test("a failure is redacted, but keeps its data", async () => {
    const head = /^\[Request ID: [0-9a-f]{16}\] Server Error$/;
    const thrown = await local.call("query", "probe:fail", { structured: true });
    expect(thrown.status).toBe(200);
    expect(thrown.body.errorMessage).toMatch(head);
    expect(thrown.text).toContain('"errorData":{"code":"asked_for","count":2.0}');
    for (const args of [{ structured: false }, { structured: "no" }, {}]) {
      const { status, body } = await local.call("query", "probe:fail", args);
      expect([status, body.status, body.errorData]).toEqual([200, "error", undefined]);
      expect(body.errorMessage).toMatch(head);
    }
  });

  test("internal, missing and misnamed functions cannot be told apart", async () => {
    const calls = [
      local.call("query", "rows:hidden", {}),
      local.call("query", "rows:nothing", {}),
      local.call("query", "constructor:constructor", {}),
      local.call("mutation", "auth:store", { args: { type: "signOut" } }, ada),
      local.call("mutation", "rows:since", { seq: 0, limit: 1 }, ada),
    ];
    for (const { status, body } of await Promise.all(calls)) {
      expect([status, body.status]).toEqual([200, "error"]);
      expect(body.errorMessage).toMatch(/Server Error$/);
    }
  });

  test("a call that is none is refused before anything runs", async () => {
    const type = { "content-type": "application/json" };
    const bad = [
      await local.post("/api/query", "{", type),
      await local.post("/api/query", "3", type),
      await local.post("/api/query", '{"path":"probe:echo","args":null}', type),
      await local.post("/api/query", '{"args":{}}', type),
      await local.post("/api/query", "{}", { "content-type": "text/plain" }),
    ];
    for (const { status, body } of bad) {
      expect(status).toBe(400);
      expect(body.code).toMatch(/^Bad/);
    }
  });
});

describe("who is let in", () => {
  const since = { seq: 0, limit: 1 };
  const refusal = async (token: string) => {
    const { status, body } = await local.call("query", "rows:since", since, { token });
    return [status, body.code];
  };
  const encode = (value: unknown) =>
    Buffer.from(JSON.stringify(value)).toString("base64url");

  test("a token of this deployment, and nothing made from it", async () => {
    expect(await local.value("query", "rows:since", since, ada.token)).toEqual([]);
    const [header = "", claims = "", signature = ""] = ada.token.split(".");
    const foreign = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    const sign = (what: string) =>
      createSign("RSA-SHA256").update(what).sign(foreign).toString("base64url");
    const keys = await (await fetch(`${local.ready.siteUrl}/.well-known/jwks.json`)).text();
    const symmetric = `${encode({ alg: "HS256" })}.${claims}`;
    const mac = createHmac("sha256", keys).update(symmetric).digest("base64url");
    const content = JSON.parse(Buffer.from(claims, "base64url").toString()) as object;
    const elsewhere = [{ aud: "another" }, { iss: "https://convex.example" }];
    const unknown = Buffer.from(header, "base64url").toString();
    const otherKey = encode({ ...(JSON.parse(unknown) as object), kid: "unknown" });

    const damaged = [
      `${header}.${claims}.${signature.slice(0, -8)}AAAAAAAA`,
      `${encode({ alg: "none" })}.${claims}.`,
      `${symmetric}.${mac}`,
      `${header}.${claims}.${sign(`${header}.${claims}`)}`,
      `${header}.${encode({ ...content, exp: 1e11 })}.${signature}`,
      `${otherKey}.${claims}.${sign(`${otherKey}.${claims}`)}`,
    ];
    for (const token of damaged)
      expect(await refusal(token)).toEqual([401, "Unauthenticated"]);
    for (const change of elsewhere) {
      const token = `${header}.${encode({ ...content, ...change })}.${signature}`;
      expect(await refusal(token)).toEqual([401, "NoAuthProvider"]);
    }
    expect(await refusal("garbage")).toEqual([401, "InvalidAuthHeader"]);
  });

  test("an expired token, though its signature is good", async () => {
    const token = ada.token;
    await local.order("POST clock", { now: Date.now() + 61 * 60 * 1000 });
    expect(await refusal(token)).toEqual([401, "Unauthenticated"]);
    await local.order("POST clock", { now: null });
    expect(await local.value("query", "rows:since", since, token)).toEqual([]);
  });

  test("HTTP actions take a bad token for a stranger", async () => {
    const echo = async (token: string) => {
      const headers = { authorization: `Bearer ${token}` };
      const init = { method: "POST", body: "hello", headers };
      return (await fetch(`${local.ready.siteUrl}/echo`, init)).text();
    };
    expect(await echo("garbage")).toBe("nobody hello");
    expect(await echo(ada.token)).toMatch(/^[^|]+\|[^|]+ hello$/);
  });

  test("both providers sign in, and a person stays the same", async () => {
    const person = ({ token }: Tokens) =>
      (
        JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as {
          sub: string;
        }
      ).sub.split("|")[0];
    expect(person(await local.signIn("1001"))).toBe(person(ada));
    const google = await local.signIn("someone", "google");
    expect(google.person).toBe("google:someone");
    expect(person(google)).not.toBe(person(ada));
    const args = { refreshToken: google.refreshToken };
    const { tokens } = await local.value("action", "auth:signIn", args);
    expect(person(tokens as Tokens)).toBe(person(google));
  });
});
