// @vitest-environment node
// Data on the disk: whatever was answered is there after any end.

import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { Deployment } from "./harness.js";

// Each start takes a second or more on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "driftline-disk-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test("a killed deployment comes back where it was", async () => {
  const data = join(folder, "killed");
  let local = await Deployment.start("--data", data);
  const { url } = local.ready;
  const ada = await local.signIn();
  const push = (key: string) =>
    local.value("mutation", "rows:push", { rows: [{ key, body: key }] }, ada.token);
  const keys = async () => {
    const rows = await local.value("query", "rows:since", { seq: 0, limit: 99 }, ada.token);
    return (rows as { key: string }[]).map((it) => it.key);
  };
  await push("a");
  await push("b");
  await local.kill();
  // A line that was being written when the end came was never answered.
  await appendFile(join(data, "log.jsonl"), '{"next":99999,"docs":[["0');

  local = await Deployment.start("--data", data);
  expect(local.ready.url).toBe(url);
  expect(await keys()).toEqual(["a", "b"]);
  await push("c");
  const { id } = await local.order("POST snapshot", {});
  await push("d");
  await local.order("POST restore", { id });
  await local.kill();

  local = await Deployment.start("--data", data);
  expect(await keys()).toEqual(["a", "b", "c"]);
  await expect(Deployment.start("--data", data)).rejects.toThrow("is in use by process");
  await local.order("POST wipe", {});
  await local.close();
  local = await Deployment.start("--data", data);
  await expect(keys()).rejects.toThrow("unauthenticated");
});

test("mistakes of the command line are explained", async () => {
  const [local] = await Promise.all([
    Deployment.start(),
    expect(Deployment.start("--port", "http")).rejects.toThrow("--port is a number"),
    expect(Deployment.start("--functions", "/nowhere")).rejects.toThrow("no functions in"),
  ]);
  const port = new URL(local.ready.url).port;
  await expect(Deployment.start("--port", port)).rejects.toThrow("in use");
});
