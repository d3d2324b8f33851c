// @vitest-environment node
/** What takes hundreds of rows. */
import { expect, test } from "vitest";
import { fact as factOf } from "../../functions/hub/twins.js";
import {
  born,
  cell,
  id,
  indexedDeployment,
  linked,
  part,
  person,
  type WireCell,
} from "./fixture.js";

test("five hundred rows fit in one call and one page", async () => {
  const ada = await linked(await indexedDeployment());
  const rows = Array.from({ length: 500 }, (_, n) =>
    born("messages", n + 1, [cell("text", "x".repeat(1000)), cell("role", "user")]),
  );
  await ada.give(...rows);
  const page = await ada.pull();
  expect([page.changes.length, page.next, page.head]).toEqual([500, 500, 500]);
  const again = await ada.give(
    ...rows.map((it) => ({ ...it, cells: [cell("role", "a", person(2))] })),
  );
  expect(again.head).toBe(1000);
  expect((await ada.pull(500)).changes).toHaveLength(500);
});

test("a class of 300 ids is worked out once, alive or deleted", async () => {
  const ada = await linked(await indexedDeployment());
  const name = cell("name", "everywhere");
  // Each birth would meet the ones before it: the facts come with them, as after a wipe.
  const facts = Array.from({ length: 299 }, (_, n) => {
    const { id: fact, row } = factOf("sessions", id(1), id(n + 2));
    const cells = [...row].map(([field, { stamp, text }]): WireCell => [
      field,
      stamp,
      text,
    ]);
    return { entity: "aliases", id: fact, whole: true, cells };
  });
  await ada.give(...facts);
  const old = Array.from({ length: 300 }, (_, n) => born("sessions", n + 1, [name]));
  for (let at = 0; at < 300; at += 50) await ada.give(...old.slice(at, at + 50));
  const live = await ada.give(born("sessions", 400, [name]), born("sessions", 401, [name]));
  expect(live.recorded).toHaveLength(2);
  await ada.give(part("sessions", 1, [cell("deleted_at", 5, person(9))]));
  const news = [500, 501, 502].map((n) => born("sessions", n, [name]));
  // The first is a row of its own, and the others are the same as it.
  expect((await ada.give(...news)).recorded).toHaveLength(2);
});
