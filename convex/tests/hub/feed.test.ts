// @vitest-environment edge-runtime
/** Pages of the feed. */
import { expect, test } from "vitest";
import { api } from "../../functions/_generated/api.js";
import { born, cell, deployment, errorOf, id, linked, part, person } from "./fixture.js";
import { PROTOCOL } from "../../functions/hub/errors.js";

const ids = (changes: string[]) =>
  changes.map((it) => (JSON.parse(it) as { id: string }).id);

test("pages follow each other, and only the last one has digests", async () => {
  const ada = await linked(deployment());
  await ada.give(
    ...[1, 2, 3, 4, 5].map((n) => born("sessions", n, [cell("name", `a${n}`)])),
  );
  await ada.give(part("sessions", 2, [cell("name", "b", person(2))]));
  const first = await ada.pull(0, 2);
  expect(ids(first.changes)).toEqual([id(1), id(3)]);
  expect([first.next, first.head, first.digests]).toEqual([3, 6, null]);
  const second = await ada.pull(first.next, 2);
  expect([ids(second.changes), second.next]).toEqual([[id(4), id(5)], 5]);
  const last = await ada.pull(second.next, 2);
  expect([ids(last.changes), last.next]).toEqual([[id(2)], 6]);
  expect(last.digests).toHaveProperty("sessions");
  expect((await ada.pull(6)).changes).toEqual([]);
  expect(await ada.pull(99)).toMatchObject({ next: 6, head: 6, changes: [] });
});

test("a page has at most the bytes asked, but one row at least", async () => {
  const ada = await linked(deployment());
  await ada.give(
    ...[1, 2, 3].map((n) => born("sessions", n, [cell("note", "x".repeat(50_000))])),
  );
  expect((await ada.pull(0, 500, 0)).changes).toHaveLength(1);
  expect((await ada.pull(0, 500, 110_000)).changes).toHaveLength(2);
});

test("the first state is the feed from its beginning", async () => {
  const ada = await linked(deployment());
  await ada.give(born("sessions", 1, [cell("name", "a")]));
  const args = { protocol: PROTOCOL, asked: "x", cursor: 0, rows: 10, bytes: 1000 };
  const page = await ada.client.query(api.sync.getFullState, args);
  expect(page.changes).toEqual((await ada.pull()).changes);
  for (const bad of [{ cursor: -1 }, { rows: 0.5 }, { bytes: Infinity }]) {
    const call = ada.client.query(api.sync.getFullState, { ...args, ...bad });
    expect(await errorOf(call)).toMatchObject({ code: "bad_request" });
  }
});
