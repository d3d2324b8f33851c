// @vitest-environment node
/** A purge of more rows than a transaction holds, in steps that each stay within its limits. */
import { expect, test } from "vitest";
import { internal } from "../../functions/_generated/api.js";
import { contentHash, PURGED } from "../../functions/model/row.js";
import {
  born,
  cell,
  tables,
  id,
  indexedDeployment,
  linked,
  part,
  person,
  settle,
  withTimers,
  type Person,
  type WireCell,
} from "./fixture.js";

const SECRET = "correct horse battery staple";
const MARK: WireCell = [PURGED, person(7), '"person"'];
const MESSAGES = 1_050;

async function giveMessages(who: Person, count: number, ...cells: WireCell[]) {
  const rows = Array.from({ length: count }, (_, n) =>
    born("messages", n + 1, [cell("session", id(1)), ...cells]),
  );
  for (let at = 0; at < count; at += 500) await who.give(...rows.slice(at, at + 500));
}

async function marked(who: Person): Promise<number> {
  const rows = await who.rows();
  return rows.filter((it) => it.cells[0]?.[0] === PURGED).length;
}

const isComplete = async (who: Person) => {
  const { head } = await who.pull();
  const page = await who.pull(head);
  expect([page.next, page.changes]).toEqual([page.head, []]);
  return page.digests !== null;
};

test("no page is complete before all is marked, and every step moves the head", () =>
  withTimers(async () => {
    const t = await indexedDeployment();
    const ada = await linked(t);
    const bob = await linked(t, "bob");
    await bob.give(born("messages", 1, [cell("session", id(1)), cell("text", "Bob's")]));
    await ada.give(born("sessions", 1, [cell("name", "long")]));
    await giveMessages(ada, MESSAGES, cell("text", SECRET));
    const { head } = await ada.give(part("sessions", 1, [MARK]));
    const first = await marked(ada);
    expect(first).toBeGreaterThan(400);
    expect(first).toBeLessThan(600);
    expect([head, await isComplete(ada)]).toEqual([MESSAGES + 1 + first, false]);

    // Whoever pushes meanwhile does a part of it, and what comes is marked at once.
    await ada.give(born("messages", 5_000, [cell("session", id(1)), cell("text", SECRET)]));
    expect(await marked(ada)).toBeGreaterThan(first + 400);
    expect(await isComplete(ada)).toBe(false);

    await settle(t);
    expect(await isComplete(ada)).toBe(true);
    expect(await marked(ada)).toBe(MESSAGES + 2);
    const all = await tables(t);
    expect(Object.values(all).flat().join().includes(SECRET)).toBe(false);
    expect(all["syncPurges"]).toEqual([]);
    expect((await bob.rows())[0]?.cells).toHaveLength(2);
  }));

test("rows that are long take more steps, and steps that stopped are begun again", () =>
  withTimers(async () => {
    const t = await indexedDeployment();
    const ada = await linked(t);
    await ada.give(born("sessions", 1, [cell("name", "long")]));
    const text = `${SECRET} ${"x".repeat(60_000)}`;
    const fields = ["text", "agent", "model", "external_id"].map((it) => cell(it, text));
    for (let n = 1; n <= 30; n += 1) {
      await ada.give(born("messages", n, [cell("session", id(1)), ...fields]));
    }
    await ada.give(part("sessions", 1, [MARK]));
    expect(await marked(ada)).toBeLessThan(20);
    // As if the deployment had been stopped between two steps.
    await t.run(async (ctx) => {
      for (const it of await ctx.db.system.query("_scheduled_functions").collect()) {
        if (it.state.kind === "pending") await ctx.scheduler.cancel(it._id);
      }
    });
    await settle(t);
    expect(await isComplete(ada)).toBe(false);
    await t.mutation(internal.maintenance.resumeErasing, {});
    await settle(t);
    expect([await isComplete(ada), await marked(ada)]).toEqual([true, 31]);
  }));

test("chunks of many rows are given up in steps and swept at once", () =>
  withTimers(async () => {
    const t = await indexedDeployment();
    const ada = await linked(t);
    await ada.give(born("sessions", 1, [cell("name", "long")]));
    const chunks = Array.from({ length: 24 }, (_, n) =>
      JSON.stringify(`${SECRET} ${n} ${"x".repeat(66_000)}`),
    );
    for (let at = 0; at < chunks.length; at += 8) {
      await ada.putChunks(chunks.slice(at, at + 8));
    }
    for (const [n, chunk] of chunks.entries()) {
      const long: WireCell = ["blocks", person(1), "", [contentHash(chunk)]];
      await ada.give(born("messages", n + 1, [cell("session", id(1)), long]));
    }
    await ada.give(part("sessions", 1, [MARK]));
    await settle(t);
    const all = await tables(t);
    expect([all["syncChunks"], all["syncChunkBodies"]]).toEqual([[], []]);
  }));

test("five hundred purges fit in one call, with twins that own something", () =>
  withTimers(async () => {
    const t = await indexedDeployment();
    const ada = await linked(t);
    const pair = (n: number) => cell("name", `pair ${n >> 1}`);
    const sessions = Array.from({ length: 500 }, (_, n) => born("sessions", n, [pair(n)]));
    for (let at = 0; at < 500; at += 250) await ada.give(...sessions.slice(at, at + 250));
    const messages = sessions.map((_, n) => born("messages", n, [cell("session", id(n))]));
    await ada.give(...messages.slice(0, 50));
    await ada.give(...sessions.map((_, n) => part("sessions", n, [MARK])));
    expect(await isComplete(ada)).toBe(false);
    await settle(t);
    expect([await isComplete(ada), await marked(ada)]).toEqual([true, 550]);
    // Of a hub with purged rows, too, a full call stays within the limits.
    await ada.give(...messages.map((it, n) => ({ ...it, id: id(1_000 + n) })));
    expect(await marked(ada)).toBe(1050);
  }));
