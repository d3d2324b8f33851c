/**
 * The merge vectors, which Rust replays too: see `vectors/README.md`. The hub's are played
 * against the real functions, each push at its own time.
 */
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test, vi } from "vitest";
import { api } from "../functions/_generated/api.js";
import { canonicalNumber, isCanonicalJson } from "../functions/model/json.js";
import {
  hashOf,
  join,
  sortedCells,
  toHex,
  type Cell,
  type Row,
} from "../functions/model/row.js";
import { deployment, errorOf, linked, type WireCell, type WireRow } from "./hub/fixture.js";
import { PROTOCOL } from "../functions/hub/errors.js";

interface NumberCase {
  text: string;
  canonical: boolean;
  bits?: string;
}

interface JoinCase {
  name: string;
  entity: string;
  id: string;
  rows: WireCell[][];
  joined: WireCell[];
  hashes: string[];
  hash: string;
  digest: string;
}

interface Push {
  time: number;
  device: string;
  serial: number;
  protocol?: number;
  wrong?: "account" | "epoch";
  changes: WireRow[];
  answer?: {
    head: number;
    answers: Record<string, unknown>[];
    recorded: [number, WireRow][];
    digests: Record<string, string>;
  };
  error?: { code: string; last?: number };
}

interface HubCase {
  name: string;
  pushes: Push[];
  feed: { seq: number; entity: string; id: string; hash: string; cells: WireCell[] }[];
  head: number;
  digests: Record<string, string>;
}

function read<T>(file: string): T[] {
  return JSON.parse(
    readFileSync(new URL(`vectors/${file}`, import.meta.url), "utf8"),
  ) as T[];
}

function toRow(cells: WireCell[]): Row {
  return new Map(
    cells.map(([field, stamp, text]): [string, Cell] => [field, { stamp, text }]),
  );
}

function toCells(row: Row): WireCell[] {
  return sortedCells(row).map(([field, { stamp, text }]) => [field, stamp, text]);
}

function orders<T>(list: T[]): T[][] {
  if (list.length < 2) return [list];
  return list.flatMap((it, at) =>
    orders(list.toSpliced(at, 1)).map((rest) => [it, ...rest]),
  );
}

describe("numbers", () => {
  const file = new URL("vectors/numbers.json", import.meta.url);

  test("have one text, in both languages", () => {
    const cases = JSON.parse(readFileSync(file, "utf8")) as NumberCase[];
    expect(cases.length).toBeGreaterThan(50);
    for (const { text, canonical, bits } of cases) {
      expect(isCanonicalJson(text), text).toBe(canonical);
      if (bits === undefined) continue;
      const view = new DataView(new ArrayBuffer(8));
      view.setBigUint64(0, BigInt(`0x${bits}`));
      expect(canonicalNumber(view.getFloat64(0)), bits).toBe(text);
    }
  });
});

describe("joins", () => {
  const noChunks = () => Promise.reject(new Error("nothing here is in chunks"));
  test.each(read<JoinCase>("joins.json"))("$name", async (it) => {
    const rows = it.rows.map(toRow);
    for (const order of orders(rows)) {
      let joined: Row = new Map();
      for (const row of order) joined = (await join(joined, row, noChunks)).row;
      expect(toCells(joined)).toEqual(it.joined);
      expect(toHex(hashOf(it.entity, it.id, joined))).toBe(it.hash);
    }
    const hashes = rows.map((row) => hashOf(it.entity, it.id, row));
    expect(hashes.map(toHex)).toEqual(it.hashes);
    expect(toHex(hashes.reduce((sum, hash) => sum + hash, 0n))).toBe(it.digest);
  });
});

describe("hub", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  const notZero = (digests: Record<string, string>) =>
    Object.fromEntries(Object.entries(digests).filter(([, sum]) => !/^0+$/.test(sum)));

  test.each(read<HubCase>("hub.json"))("$name", async (it) => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const t = deployment();
    const ada = await linked(t);
    for (const push of it.pushes) {
      vi.setSystemTime(push.time);
      const call = ada.client.mutation(api.sync.pushChanges, {
        protocol: push.protocol ?? PROTOCOL,
        account: push.wrong === "account" ? "other" : ada.account,
        epoch: push.wrong === "epoch" ? "other" : ada.epoch,
        device: push.device,
        serial: push.serial,
        changes: push.changes.map((row) => JSON.stringify(row)),
      });
      if (push.error) {
        expect(await errorOf(call)).toMatchObject(push.error);
        continue;
      }
      const { head, answers, recorded, digests } = await call;
      const bare = answers.map((answer) =>
        answer.kind === "refused" ? { kind: answer.kind } : answer,
      );
      const facts = recorded.map(([seq, text]) => [seq, JSON.parse(text) as WireRow]);
      expect({
        head,
        answers: bare,
        recorded: facts,
        digests: notZero(digests),
      }).toEqual(push.answer);
    }
    const page = await ada.pull();
    expect([page.head, page.next]).toEqual([it.head, it.head]);
    expect(notZero(page.digests!)).toEqual(it.digests);
    const seqs = await t.run((ctx) =>
      ctx.db.query("syncFeed").withIndex("by_seq").take(501),
    );
    const feed = page.changes.map((text, at) => {
      const { entity, id, cells } = JSON.parse(text) as WireRow;
      const hash = toHex(hashOf(entity, id, toRow(cells)));
      return { seq: seqs[at]?.seq, entity, id, hash, cells };
    });
    expect(feed).toEqual(it.feed);
  });
});
