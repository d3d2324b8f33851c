// @vitest-environment edge-runtime
/** Long values: put in pieces, named by rows, compared by what they say, swept. */
import { afterEach, expect, test, vi } from "vitest";
import { api, internal } from "../../functions/_generated/api.js";
import { contentHash } from "../../functions/model/row.js";
import { CHUNK_BYTES } from "../../functions/model/wire.js";
import {
  born,
  deployment,
  errorOf,
  linked,
  part,
  person,
  type WireCell,
} from "./fixture.js";
import { PROTOCOL } from "../../functions/hub/errors.js";

afterEach(() => {
  vi.useRealTimers();
});

/** Cuts the JSON of a string of ASCII characters into chunks. */
function cut(text: string): string[] {
  const json = JSON.stringify(text);
  const count = Math.ceil(json.length / CHUNK_BYTES);
  return Array.from({ length: count }, (_, n) =>
    json.slice(n * CHUNK_BYTES, (n + 1) * CHUNK_BYTES),
  );
}

function long(field: string, chunks: string[], millis = 1): WireCell {
  return [field, person(millis), "", chunks.map(contentHash)];
}

test("five megabytes come back as they went", async () => {
  const ada = await linked(deployment());
  const chunks = cut("0123456789abcdef".repeat(330_000));
  const row = born("messages", 1, [long("text", chunks)]);
  const hashes = chunks.map(contentHash);
  expect((await ada.push(row)).answers).toEqual([
    { kind: "need_chunks", hashes: [...new Set(hashes)] },
  ]);
  const ask = { protocol: PROTOCOL, asked: "1", hashes };
  const before = await ada.client.query(api.sync.missingChunks, ask);
  expect(before.missing).toEqual([...new Set(hashes)]);
  for (let at = 0; at < chunks.length; at += 8) {
    expect(await ada.putChunks(chunks.slice(at, at + 8))).toEqual(hashes.slice(at, at + 8));
  }
  expect((await ada.client.query(api.sync.missingChunks, ask)).missing).toEqual([]);
  await ada.give(row);
  expect((await ada.rows())[0]?.cells).toEqual([long("text", chunks)]);
  const back: (string | null)[] = [];
  for (let at = 0; at < hashes.length; at += 8) {
    const part = { protocol: PROTOCOL, asked: "2", hashes: hashes.slice(at, at + 8) };
    back.push(...(await ada.client.query(api.sync.getChunks, part)).chunks);
  }
  expect(back.join("")).toBe(chunks.join(""));
});

test("equal stamps are decided by what chunks say", async () => {
  const small = cut(`${"x".repeat(600_000)}a`);
  const great = cut(`${"x".repeat(600_000)}b`);
  expect(small[0]).toBe(great[0]);
  const inline: WireCell = ["text", person(1), '"y"'];
  for (const order of [
    [small, great],
    [great, small],
  ]) {
    const ada = await linked(deployment());
    await ada.putChunks([...small, ...great]);
    for (const chunks of order) await ada.give(born("messages", 1, [long("text", chunks)]));
    expect((await ada.rows())[0]?.cells).toEqual([long("text", great)]);
    await ada.give(part("messages", 1, [inline]));
    expect((await ada.rows())[0]?.cells).toEqual([inline]);
    await ada.give(part("messages", 1, [long("text", small)]));
    expect((await ada.rows())[0]?.cells).toEqual([inline]);
  }
});

test("values that are cut otherwise are refused", async () => {
  const ada = await linked(deployment());
  const [full, rest] = cut("x".repeat(600_000)) as [string, string];
  await ada.putChunks([full, rest, '"short"']);
  const kinds = async (...cells: WireCell[]) =>
    (await ada.push(...cells.map((it) => born("messages", 1, [it])))).answers.map(
      (it) => it.kind,
    );
  expect(await kinds(long("text", ['"short"']), long("text", [rest, full]))).toEqual([
    "refused",
    "refused",
  ]);
  expect(await kinds(long("text", [full, rest]))).toEqual(["accepted"]);
});

test("a chunk has a bounded size", async () => {
  const ada = await linked(deployment());
  for (const bad of [[""], ["x".repeat(CHUNK_BYTES + 1)], Array(9).fill("x") as string[]]) {
    expect(await errorOf(ada.putChunks(bad))).toMatchObject({ code: "bad_request" });
  }
  const hashes = Array(1025).fill(contentHash("x")) as string[];
  for (const asked of [hashes, ["x"]]) {
    const call = ada.client.query(api.sync.missingChunks, {
      protocol: PROTOCOL,
      asked: "",
      hashes: asked,
    });
    expect(await errorOf(call)).toMatchObject({ code: "bad_request" });
  }
});

test("chunks that no row names are swept after a day, the others stay", async () => {
  vi.useFakeTimers();
  vi.setSystemTime(1_790_000_000_000);
  const t = deployment();
  const ada = await linked(t);
  const [kept, given, never] = ["k", "g", "n"].map((it) => cut(it.repeat(70_000)));
  await ada.putChunks([...kept!, ...given!, ...never!]);
  await ada.give(born("messages", 1, [long("text", kept!), long("agent", given!)]));
  const count = () =>
    t.run(async (ctx) => (await ctx.db.query("syncChunkBodies").take(99)).length);
  const sweep = () => t.mutation(internal.maintenance.sweepChunks, {});
  const day = 24 * 60 * 60 * 1000;
  await sweep();
  expect(await count()).toBe(3);
  vi.setSystemTime(Date.now() + day + 1);
  expect(await sweep()).toBe(1);
  await ada.give(part("messages", 1, [["agent", person(2), "null"]]));
  expect(await sweep()).toBe(0);
  vi.setSystemTime(Date.now() + day + 1);
  expect(await sweep()).toBe(1);
  expect(await count()).toBe(1);
  const ask = {
    protocol: PROTOCOL,
    asked: "1",
    hashes: [...kept!, ...given!].map(contentHash),
  };
  expect((await ada.client.query(api.sync.getChunks, ask)).chunks).toEqual([
    kept![0],
    null,
  ]);
});

test("a long value that is not canonical JSON is refused, and only its row", async () => {
  const ada = await linked(deployment());
  const long = "x".repeat(70_000);
  const bad = [long, `"${long}" `, `["${long}",1.0]`, `"\0${long}"`, `["${long}"`];
  const good = [`"${long}"`, `["${long}",1]`];
  await ada.putChunks([...bad, ...good]);
  const rows = [...bad, ...good].map((text, n) =>
    born("messages", n, [["blocks", person(1), "", [contentHash(text)]]]),
  );
  const { answers } = await ada.push(...rows);
  const expected = [...bad.map(() => "refused"), ...good.map(() => "accepted")];
  expect(answers.map((it) => it.kind)).toEqual(expected);
});

test("chunks are counted until they are swept", async () => {
  vi.useFakeTimers();
  vi.setSystemTime(1_790_000_000_000);
  const t = deployment();
  const ada = await linked(t);
  const bytes = () =>
    t.run(async (ctx) => (await ctx.db.query("syncHeads").first())?.bytes);
  await ada.putChunks(["a".repeat(70_000), "b".repeat(70_000)]);
  await ada.putChunks(["a".repeat(70_000)]);
  expect(await bytes()).toBe(140_000);
  vi.setSystemTime(Date.now() + 24 * 60 * 60 * 1000 + 1);
  await t.mutation(internal.maintenance.sweepChunks, {});
  expect(await bytes()).toBe(0);
});
