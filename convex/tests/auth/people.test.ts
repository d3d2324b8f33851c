// @vitest-environment edge-runtime
/** Who may sign in, by every way that there is. */
import { afterEach, beforeAll, expect, test } from "vitest";
import { api } from "../../functions/_generated/api.js";
import type { MutationCtx } from "../../functions/_generated/server.js";
import { beginErasing } from "../../functions/hub/erase.js";
import { refusedIn } from "../../functions/signIn/people.js";
import { deployment, errorOf, type Deployment } from "../hub/fixture.js";
import { comeBack, setUp, store } from "./fixture.js";

beforeAll(setUp);
afterEach(() => delete process.env["DRIFTLINE_PEOPLE"]);

const people = (list: string) => (process.env["DRIFTLINE_PEOPLE"] = list);

/** By the browser: whether a code came, and whether it signs in. */
async function byBrowser(t: Deployment, accountId: string): Promise<boolean> {
  const { code, verifier } = await comeBack(t, accountId);
  if (refusedIn(code) !== null) {
    expect(refusedIn(code)).toBe(`github:${accountId}`);
    return false;
  }
  const { tokens } = (await t.action(api.auth.signIn, { params: { code }, verifier })) as {
    tokens: object | null;
  };
  return tokens !== null;
}

/** By the device flow. */
function byDevice(t: Deployment, accountId: string): Promise<unknown> {
  return store(t, {
    type: "createAccountFromCredentials",
    provider: "github",
    account: { id: accountId },
    profile: { name: "Ada", login: "ada" },
  });
}

const accounts = (t: Deployment) =>
  t.run(async (ctx) => {
    const users = await ctx.db.query("users").collect();
    const all = await ctx.db.query("authAccounts").collect();
    return [users.length, all.map((it) => it.providerAccountId)];
  });

test("who is first owns the deployment, and nobody else gets an account", async () => {
  const t = deployment();
  expect(await byBrowser(t, "1001")).toBe(true);
  expect(await byBrowser(t, "1002")).toBe(false);
  expect(await errorOf(byDevice(t, "1002"))).toMatchObject({
    code: "not_invited",
    person: "github:1002",
  });
  expect(await accounts(t)).toEqual([1, ["1001"]]);
  expect(await byBrowser(t, "1001")).toBe(true);
  await byDevice(t, "1001");
});

test("a deployment whose owner erased the account is free for nobody else", async () => {
  const t = deployment();
  expect(await byBrowser(t, "1001")).toBe(true);
  await t.run(async (ctx) => {
    const user = await ctx.db.query("users").first();
    await beginErasing(ctx as unknown as MutationCtx, user!._id);
  });
  expect(await accounts(t)).toEqual([0, []]);
  expect(await byBrowser(t, "1002")).toBe(false);
  expect(await byBrowser(t, "1001")).toBe(true);
  expect(await byBrowser(t, "1002")).toBe(false);
  expect(await accounts(t)).toEqual([1, ["1001"]]);
});

test("people who have an account keep it where no list is set", async () => {
  const t = deployment();
  people("*");
  expect(await byBrowser(t, "1001")).toBe(true);
  expect(await byBrowser(t, "1002")).toBe(true);
  people("");
  expect(await byBrowser(t, "1002")).toBe(true);
  expect(await byBrowser(t, "1003")).toBe(false);
});

test("a list lets in those who are on it, the owner not by right", async () => {
  const t = deployment();
  people(" github:1002 , google:1001,github:1003");
  expect(await byBrowser(t, "1001")).toBe(false);
  expect(await byBrowser(t, "1002")).toBe(true);
  await byDevice(t, "1003");
  await errorOf(byDevice(t, "100"));
  expect(await accounts(t)).toEqual([2, ["1002", "1003"]]);
});

test("who is taken off the list is signed out at the next renewal", async () => {
  const t = deployment();
  people("github:1001");
  const { code, verifier } = await comeBack(t, "1001");
  const signIn = (args: object) =>
    t.action(api.auth.signIn, args) as Promise<{
      tokens: { refreshToken: string } | null;
    }>;
  const first = await signIn({ params: { code }, verifier });
  const refreshToken = first.tokens?.refreshToken ?? "";
  const second = await signIn({ refreshToken });
  people("github:2002");
  const third = await signIn({ refreshToken: second.tokens?.refreshToken ?? "" });
  expect(third.tokens).toBeNull();
});

test("a name is not taken for a person, and a person not for a code", () => {
  expect(refusedIn("refused-github:1001")).toBe("github:1001");
  for (const wrong of ["12345678", "refused-", "refused-<b>:1", "refused-github:1&x=1", ""])
    expect(refusedIn(wrong), wrong).toBeNull();
});

test("what is not set up is told to whoever runs the deployment alone", async () => {
  const t = deployment();
  delete process.env["AUTH_GITHUB_SECRET"];
  const told = JSON.stringify(await t.query(api.signIn.methods.list, {}));
  expect(told).not.toContain("AUTH_GITHUB_SECRET");
  expect(JSON.parse(told)).toMatchObject({
    ready: true,
    methods: [{ ready: false }, {}, {}],
  });
});
