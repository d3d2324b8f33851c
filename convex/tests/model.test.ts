/**
 * What the model of the engine says that a hub answers, asked of the real functions. The
 * file has the form of `hub.json` and comes from `crates/model`: see `vectors/README.md`.
 */
import { readFileSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";
import { api } from "../functions/_generated/api.js";
import { PROTOCOL } from "../functions/hub/errors.js";
import { deployment, errorOf, linked, type WireRow } from "./hub/fixture.js";

interface Push {
  time: number;
  device: string;
  serial: number;
  wrong?: "epoch";
  changes: WireRow[];
  answer?: Record<string, unknown>;
  error?: { code: string; last?: number };
}

interface Story {
  name: string;
  pushes: Push[];
  feed: (WireRow & { seq: number; hash: string })[];
  head: number;
  digests: Record<string, string>;
}

const file = new URL("vectors/model.json", import.meta.url);
const stories = JSON.parse(readFileSync(file, "utf8")) as Story[];

const notZero = (digests: Record<string, string>) =>
  Object.fromEntries(Object.entries(digests).filter(([, sum]) => !/^0+$/.test(sum)));

afterEach(() => {
  vi.useRealTimers();
});

test.each(stories)("$name", async (story) => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const ada = await linked(deployment());
  for (const push of story.pushes) {
    vi.setSystemTime(push.time);
    const call = ada.client.mutation(api.sync.pushChanges, {
      protocol: PROTOCOL,
      account: ada.account,
      epoch: push.wrong ? "other" : ada.epoch,
      device: push.device,
      serial: push.serial,
      changes: push.changes.map((row) => JSON.stringify(row)),
    });
    if (push.error) {
      expect(await errorOf(call)).toMatchObject(push.error);
      continue;
    }
    const { head, answers, recorded, digests } = await call;
    const facts = recorded.map(([seq, text]) => [seq, JSON.parse(text) as WireRow]);
    expect({ head, answers, recorded: facts, digests: notZero(digests) }).toEqual(
      push.answer,
    );
  }
  const page = await ada.pull();
  expect([page.head, page.next]).toEqual([story.head, story.head]);
  expect(notZero(page.digests!)).toEqual(story.digests);
  const feed = page.changes.map((text) => JSON.parse(text) as WireRow);
  expect(feed.map(({ entity, id, cells }) => ({ entity, id, cells }))).toEqual(
    story.feed.map(({ entity, id, cells }) => ({ entity, id, cells })),
  );
});
