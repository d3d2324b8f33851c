// @vitest-environment edge-runtime
/** Sign-ins that are begun without end, and codes that are guessed. */
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { api } from "../../functions/_generated/api.js";
import { deployment, errorOf, type Deployment } from "../hub/fixture.js";
import { comeBack, setUp, store } from "./fixture.js";

beforeAll(setUp);
afterEach(() => {
  vi.useRealTimers();
  delete process.env["DRIFTLINE_SIGN_INS_PER_MINUTE"];
});

const HOUR_MS = 60 * 60 * 1000;
const count = (t: Deployment, table: "authVerifiers" | "authRateLimits") =>
  t.run(async (ctx) => (await ctx.db.query(table).collect()).length);
const start = (t: Deployment) =>
  t.action(api.auth.signIn, { provider: "github", params: { redirectTo: "code" } });
const attempt = async (t: Deployment, verifier: string | undefined, code: string) => {
  const args = { params: { code }, ...(verifier === undefined ? {} : { verifier }) };
  return ((await t.action(api.auth.signIn, args)) as { tokens: object | null }).tokens;
};

test("sign-ins are begun so often and no more, until a while has passed", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  process.env["DRIFTLINE_SIGN_INS_PER_MINUTE"] = "20";
  const t = deployment();
  for (let n = 0; n < 20; n += 1) await start(t);
  const refused = await errorOf(start(t));
  expect(refused).toMatchObject({ code: "slow_down", seconds: 3 });
  expect(await count(t, "authVerifiers")).toBe(20);
  vi.setSystemTime(Date.now() + 3_000);
  await start(t);
  expect((await errorOf(start(t))).code).toBe("slow_down");
  // A clock that was set back gives nothing, and takes nothing away.
  vi.setSystemTime(Date.now() - HOUR_MS);
  expect((await errorOf(start(t))).code).toBe("slow_down");
});

test("sign-ins that were never finished go away", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const t = deployment();
  for (let n = 0; n < 10; n += 1) await start(t);
  vi.setSystemTime(Date.now() + 2 * HOUR_MS);
  await start(t);
  await start(t);
  expect(await count(t, "authVerifiers")).toBe(2);
});

test("a code is guessed ten times, and then not even the right one is taken", async () => {
  const t = deployment();
  const { code, verifier } = await comeBack(t, "1001");
  const wrong = code === "00000000" ? "11111111" : "00000000";
  for (let n = 0; n < 10; n += 1) expect(await attempt(t, verifier, wrong)).toBeNull();
  expect(await attempt(t, verifier, code)).toBeNull();
  // Another sign-in has its own tries.
  const next = await comeBack(t, "1001");
  expect(await attempt(t, next.verifier, next.code)).not.toBeNull();
});

test("guesses that belong to no sign-in leave nothing behind", async () => {
  const t = deployment();
  for (const verifier of [undefined, "", "nonsense", "1;users"])
    expect(await attempt(t, verifier, "12345678")).toBeNull();
  expect(await count(t, "authRateLimits")).toBe(0);
});

test("all guesses together have a limit, too", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  process.env["DRIFTLINE_SIGN_INS_PER_MINUTE"] = "5";
  const t = deployment();
  const verifiers: string[] = [];
  for (let n = 0; n < 5; n += 1) verifiers.push(await store(t, { type: "verifier" }));
  for (let n = 0; n < 20; n += 1) await attempt(t, verifiers[n % 5], "12345678");
  expect((await errorOf(attempt(t, verifiers[0], "12345678"))).code).toBe("slow_down");
});
