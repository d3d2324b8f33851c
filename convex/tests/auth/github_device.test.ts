// @vitest-environment edge-runtime
/** GitHub's device flow, where GitHub does not answer. */
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { api } from "../../functions/_generated/api.js";
import { deployment } from "../hub/fixture.js";
import { setUp } from "./fixture.js";

beforeAll(async () => {
  await setUp();
  Object.assign(process.env, { AUTH_GITHUB_ID: "app", AUTH_GITHUB_SECRET: "secret" });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a sign-in ends when GitHub says nothing for fifteen seconds", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const asked = new Promise<void>((resolve) => {
    vi.stubGlobal("fetch", () => {
      resolve();
      return new Promise(() => undefined);
    });
  });
  const params = { accessToken: "gho_nothing" };
  const ended = deployment()
    .action(api.auth.signIn, { provider: "github-device", params })
    .then(
      () => "signed in",
      (error: unknown) => String(error),
    );
  await asked;
  await vi.advanceTimersByTimeAsync(15_000);
  expect(await ended).toContain("GitHub did not answer within 15 s");
});
