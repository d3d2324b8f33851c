// @vitest-environment node
// The door for tests: faults, the clock, snapshots, and who may use it.

import { beforeEach, expect, test, vi } from "vitest";
import { Deployment, type Tokens } from "./harness.js";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let local: Deployment;
let ada: Tokens;

beforeEach(async () => {
  local ??= await Deployment.start();
  await local.order("DELETE faults");
  await local.order("POST wipe", {});
  ada = await local.signIn();
});

const push = (key: string, tokens = ada) =>
  local.call("mutation", "rows:push", { rows: [{ key, body: 1 }] }, tokens);

/** The head after one more push: how many pushes there were. */
const pushes = async () => ((await push("count")).body.value.head as number) - 1;

test("a web page cannot use the door", async () => {
  expect((await local.tryOrder("POST wipe", {}, "a guess")).status).toBe(403);
  const preflight = await fetch(`${local.ready.url}/__local/wipe`, { method: "OPTIONS" });
  expect(preflight.status).toBe(403);
  expect(preflight.headers.get("access-control-allow-origin")).toBeNull();
  expect(await pushes()).toBe(0);
});

test("orders that make no sense are refused with a reason", async () => {
  const bad: [string, unknown, string][] = [
    ["POST faults", [{ call: "*", kind: "explode" }], "drop_before"],
    ["POST faults", [{ call: "*", kind: "cut" }], "`at`"],
    ["POST token", { provider: "github", accountId: "ada" }, "a number"],
    ["POST clock", { now: "noon" }, "milliseconds"],
    ["POST restore", { id: "none" }, "no snapshot"],
    ["POST nothing", {}, "README"],
  ];
  for (const [order, body, why] of bad) {
    const answer = await local.tryOrder(order, body);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(await answer.text()).toContain(why);
  }
});

test("a fault skips, acts and is used up", async () => {
  const fault = { call: "rows:push", skip: 1, left: 2, kind: "status", status: 503 };
  const body = { code: "Overloaded" };
  await local.order("POST faults", [{ ...fault, body }]);
  expect(await local.value("query", "probe:echo", { value: 1 })).toBe(1);
  const statuses = [await push("a"), await push("b"), await push("c"), await push("d")];
  expect(statuses.map((it) => it.status)).toEqual([200, 503, 503, 200]);
  expect(statuses[1]?.body).toEqual(body);
  expect(statuses[3]?.body.value.head).toBe(2);
  expect(await local.order("GET faults")).toEqual({ open: [] });
});

test.each([
  ["drop_before", {}, 0],
  ["drop_after", {}, 1],
  ["cut", { at: 10 }, 1],
])("%s breaks the connection", async (kind, more, run) => {
  await local.order("POST faults", [{ call: "*", kind, ...more }]);
  await expect(push("a")).rejects.toThrow();
  expect(await pushes()).toBe(run);
});

test("an answer can be short, foreign, late or double", async () => {
  await local.order("POST faults", [{ call: "*", kind: "cut_after", at: 10 }]);
  expect((await push("a")).text).toBe('{"status":');
  const page = { call: "*", kind: "body", body: "<html>", contentType: "text/html" };
  await local.order("POST faults", [page]);
  expect((await push("b")).text).toBe("<html>");
  await local.order("POST faults", [{ call: "*", kind: "delay", millis: 30 }]);
  const started = performance.now();
  expect((await push("c")).body.value.head).toBe(3);
  expect(performance.now() - started).toBeGreaterThan(25);
  await local.order("POST faults", [{ call: "*", kind: "duplicate" }]);
  expect((await push("d")).body.value.head).toBe(5);
});

test("a deployment that is stopped fails every call, and says why only in tests", async () => {
  const open = await Deployment.start("--show-errors");
  const states = ["free_plan", "spending_limit", "usage_limit", "paused", "suspended"];
  for (const state of states) {
    await local.order("POST state", { state, after: 1 });
    expect((await push("a")).body.status).toBe("success");
    for (const { status, body } of [
      await push("b"),
      await local.call("query", "probe:echo", { value: 1 }),
      await local.call("query", "probe:missing", {}),
    ]) {
      expect([status, body.status, body.errorData]).toEqual([200, "error", undefined]);
      expect(body.errorMessage).toMatch(/^\[Request ID: [0-9a-f]{16}\] Server Error$/);
    }
    expect((await fetch(`${local.ready.siteUrl}/echo`)).status).toBe(500);
    await local.order("POST state", { state: "running" });
    expect((await push("c")).body.status).toBe("success");
    await open.order("POST state", { state });
    const { body } = await open.call("query", "probe:echo", { value: 1 });
    expect(body.errorMessage).toMatch(/limit|paused|suspended/);
  }
  expect((await local.tryOrder("POST state", { state: "tired" })).status).toBe(400);
});

test("functions live in the time that was set", async () => {
  await local.order("POST clock", { now: 86_400_000 });
  expect(await local.value("query", "probe:now", {})).toEqual([86_400_000, 86_400_000]);
  const then = await local.signIn("5");
  expect((await push("then", then)).body.value.head).toBe(1);
  await local.order("POST clock", { now: null });
  expect((await push("now", then)).status).toBe(401);
});

test("a snapshot brings back data and sessions", async () => {
  await push("a");
  const { id } = await local.order("POST snapshot", {});
  await push("b");
  const bob = await local.signIn("1002");
  await local.order("POST wipe", {});
  expect((await push("c")).body.errorData).toEqual({ code: "unauthenticated" });
  const again = await local.signIn();
  expect(again.person).toBe(ada.person);
  expect((await push("c", again)).body.value.head).toBe(1);
  for (let times = 0; times < 2; times++) {
    await local.order("POST restore", { id });
    expect((await push("d")).body.value.head).toBe(2);
    const read = await local.value("query", "rows:since", { seq: 0, limit: 9 }, ada.token);
    expect(read.map((it: { key: string }) => it.key)).toEqual(["a", "d"]);
    // Whoever came later is nobody: an id that was given out never means another session.
    expect((await push("e", bob)).body.errorData).toEqual({ code: "unauthenticated" });
    expect((await push("e", again)).body.errorData).toEqual({ code: "unauthenticated" });
  }
});

test("statistics count, and stop stops", async () => {
  await push("a");
  const stats = await local.order("GET stats");
  expect(stats.functions["rows:push"].calls).toBeGreaterThan(0);
  expect(stats.bytesOut).toBeGreaterThan(100);
  const other = await Deployment.start();
  await other.order("POST stop", {});
  expect(await other.ended()).toBe(0);
});
