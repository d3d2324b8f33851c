// @vitest-environment node
// Mutations at the same moment: who is thrown away, how often, and what comes of it.

import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { Deployment } from "./harness.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let local: Deployment;

beforeAll(async () => {
  local = await Deployment.start();
});

beforeEach(async () => {
  await local.order("POST wipe", {});
});

/** Attempts of `rows:push` that were thrown away so far. */
const conflicts = async (): Promise<number> =>
  (await local.order("GET stats")).functions["rows:push"]?.conflicts ?? 0;

test("two writers of one person conflict, and nothing is lost or doubled", async () => {
  const { token } = await local.signIn();
  const before = await conflicts();
  const done: string[] = [];
  const write = async (name: string) => {
    // Whether two calls meet is up to the machine: they go on until some did.
    for (let n = 0; n < 20 || (n < 2_000 && (await conflicts()) === before); n += 1) {
      const key = `${name}${n}`;
      for (;;) {
        const args = { rows: [{ key, body: 1 }] };
        const { status, body } = await local.call("mutation", "rows:push", args, { token });
        if (status === 200) {
          expect(body.status).toBe("success");
          break;
        }
        expect([status, body.code]).toEqual([503, "OptimisticConcurrencyControlFailure"]);
      }
      done.push(key);
    }
  };
  await Promise.all([write("a"), write("b")]);
  expect(await conflicts()).toBeGreaterThan(before);
  const rows = await local.value("query", "rows:since", { seq: 0, limit: 9_999 }, token);
  expect(rows.map((it: { seq: number }) => it.seq)).toEqual(done.map((_, n) => n + 1));
  expect(rows.map((it: { key: string }) => it.key).sort()).toEqual(done.sort());
});

test("writers of two people do not meet", async () => {
  const people = [await local.signIn("1001"), await local.signIn("1002")];
  const before = await conflicts();
  const args = { rows: [{ key: "a", body: 1 }] };
  for (let n = 0; n < 10; n += 1) {
    await Promise.all(
      people.map((it) => local.value("mutation", "rows:push", args, it.token)),
    );
  }
  expect(await conflicts()).toBe(before);
});

test("whoever is overtaken every time hears that the service is busy", async () => {
  const { token } = await local.signIn();
  const args = { rows: [{ key: "a", body: 1 }] };
  const calls = Array.from({ length: 60 }, () =>
    local.call("mutation", "rows:push", args, { token }),
  );
  const replies = await Promise.all(calls);
  const taken = replies.filter((it) => it.status === 200).length;
  expect(replies.filter((it) => it.status === 503)).toHaveLength(60 - taken);
  const rows = await local.value("query", "rows:since", { seq: 0, limit: 9 }, token);
  expect(rows).toMatchObject([{ key: "a", seq: taken }]);
});
