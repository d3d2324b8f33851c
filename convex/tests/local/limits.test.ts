// @vitest-environment node
// What a real deployment refuses, and what it takes just below that.

import { beforeAll, expect, test, vi } from "vitest";
import { Deployment } from "./harness.js";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let local: Deployment;

beforeAll(async () => {
  local = await Deployment.start("--show-errors");
});

const MiB = 2 ** 20;

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

function fields(count: number): object {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, 1]));
}

type Row = [
  what: string,
  kind: string,
  path: string,
  good: unknown,
  bad: unknown,
  why: string,
];

const ROWS: Row[] = [
  [
    "array length",
    "query",
    "probe:echo",
    { value: Array(8192).fill(1) },
    { value: Array(8193).fill(1) },
    "Array length",
  ],
  [
    "fields",
    "query",
    "probe:echo",
    { value: fields(1024) },
    { value: fields(1025) },
    "too many fields",
  ],
  [
    "nesting",
    "query",
    "probe:echo",
    { value: nested(62) },
    { value: nested(63) },
    "too nested",
  ],
  [
    "names",
    "query",
    "probe:echo",
    { value: { "a b": 1 } },
    { value: { "\u00e9": 1 } },
    "Field name",
  ],
  [
    "reserved names",
    "query",
    "probe:echo",
    { value: { a$: 1 } },
    { value: { $a: 1 } },
    "$",
  ],
  ["text", "query", "probe:echo", { value: "\u{1f600}" }, { value: "\ud800" }, "Unicode"],
  [
    "document",
    "mutation",
    "probe:insert",
    { document: "x".repeat(MiB - 200) },
    { document: "x".repeat(MiB) },
    "too large",
  ],
  [
    "document nesting",
    "mutation",
    "probe:insert",
    { document: nested(15) },
    { document: nested(16) },
    "too nested",
  ],
  [
    "documents written",
    "mutation",
    "probe:fill",
    { documents: 16_000, bytes: 1 },
    { documents: 16_001, bytes: 1 },
    "Wrote too many",
  ],
  [
    "bytes written",
    "mutation",
    "probe:fill",
    { documents: 15, bytes: MiB - 200 },
    { documents: 17, bytes: MiB - 200 },
    "Wrote too much",
  ],
  ["ranges", "query", "probe:ranges", { count: 4096 }, { count: 4097 }, "index ranges"],
  [
    "changes by id",
    "mutation",
    "probe:patches",
    { count: 4096 },
    { count: 4097 },
    "index ranges",
  ],
  [
    "result",
    "query",
    "probe:long",
    { length: 1000, times: 8000 },
    { length: MiB, times: 17 },
    "too large",
  ],
];

test.each(ROWS)("%s", async (_what, kind, path, good, bad, why) => {
  expect((await local.call(kind, path, good)).text.slice(0, 300)).toContain("success");
  const { status, body } = await local.call(kind, path, bad);
  expect([status, body.status]).toEqual([200, "error"]);
  expect(body.errorMessage).toContain(why);
});

test("rows that a filter leaves out were read, too", async () => {
  await local.order("POST wipe", {});
  await local.value("mutation", "probe:fill", { documents: 15, bytes: MiB - 200 });
  expect(await local.value("query", "rows:scan", {})).toBe(0);
  await local.value("mutation", "probe:fill", { documents: 5, bytes: MiB - 200 });
  const { body } = await local.call("query", "rows:scan", {});
  expect(body.errorMessage).toContain("Read too much");
});

test("a body over 16 MiB is no call", async () => {
  const { status, body } = await local.call("query", "probe:echo", {
    value: "x".repeat(17 * MiB),
  });
  expect([status, body.code]).toEqual([400, "BadJsonBody"]);
});
