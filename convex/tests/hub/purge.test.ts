// @vitest-environment edge-runtime
/** What a person purges is gone from the hub, with all it owned, and stays away. */
import { expect, test } from "vitest";
import { contentHash, hashOf, PURGED, toHex } from "../../functions/model/row.js";
import {
  born,
  cell,
  deployment,
  tables,
  id,
  linked,
  part,
  person,
  settle,
  withTimers,
  type Deployment,
  type Person,
  type WireCell,
  type WireRow,
} from "./fixture.js";

const SECRET = "correct horse battery staple";
const MARK: WireCell = [PURGED, person(7), '"person"'];
const MARKED: WireRow["cells"] = [MARK];

const purge = (entity: string, n: number, mark = MARK) => part(entity, n, [mark]);
const message = (n: number, session: number, ...cells: WireCell[]) =>
  born("messages", n, [cell("session", id(session)), ...cells]);
const longText = (text: string) => JSON.stringify(`${text} ${"x".repeat(70_000)}`);
const inChunk = (field: string, text: string, at = 1): WireCell => [
  field,
  person(at),
  "",
  [contentHash(text)],
];

async function expectGone(t: Deployment, secret = SECRET): Promise<void> {
  const all = Object.values(await tables(t)).flat();
  expect(all.filter((it) => it.includes(secret))).toEqual([]);
}

/** Rows by the last digits of their ids, and whether they are marked. */
async function marked(who: Person): Promise<Record<string, boolean>> {
  const rows = (await who.rows()).filter((it) => it.entity !== "aliases");
  return Object.fromEntries(
    rows.map((it) => {
      const isMarked = it.cells.some(([field]) => field === PURGED);
      if (isMarked) expect(it.cells).toHaveLength(1);
      return [`${it.entity} ${Number.parseInt(it.id.slice(-12), 16)}`, isMarked];
    }),
  );
}

/** The digests of the last page are the sums over what the feed holds. */
async function expectSums(who: Person): Promise<void> {
  const sums: Record<string, bigint> = {};
  for (const { entity, id, cells } of await who.rows()) {
    const row = new Map(cells.map(([field, stamp, text]) => [field, { stamp, text }]));
    sums[entity] = BigInt.asUintN(64, (sums[entity] ?? 0n) + hashOf(entity, id, row));
  }
  const { digests } = await who.pull((await who.pull()).head);
  for (const [entity, sum] of Object.entries(digests!)) {
    expect(sum, entity).toBe(toHex(sums[entity] ?? 0n));
  }
}

test("a mark clears the columns, what no column holds, and the key", async () => {
  const t = deployment();
  const ada = await linked(t);
  await ada.give(
    born("sessions", 1, [
      cell("name", SECRET),
      cell("cwd", `/${SECRET}`, person(9)),
      cell("started_at", SECRET),
      cell("colour", [SECRET], person(9)),
    ]),
    born("later_things", 1, [cell("what", SECRET, person(9))]),
  );
  const { answers } = await ada.give(purge("sessions", 1), purge("later_things", 1));
  await expectGone(t);
  expect((await ada.rows()).map((it) => it.cells)).toEqual([MARKED, MARKED]);
  const [row] = await t.run((ctx) => ctx.db.query("sessions").collect());
  expect(
    Object.keys(row!)
      .filter((it) => !it.startsWith("sync"))
      .sort(),
  ).toEqual(["_creationTime", "_id", "updatedAt"]);
  expect(row?.syncKey).toBeUndefined();
  await expectSums(ada);

  // Whatever is sent afterwards changes nothing, and is answered with the marked hash.
  const late = await ada.give(
    part("sessions", 1, [cell("pinned", true, person(99))]),
    born("sessions", 1, [cell("name", SECRET, person(99))]),
    purge("sessions", 1, [PURGED, person(3), '"person"']),
  );
  expect(late.answers).toEqual([answers[0], answers[0], answers[0]]);
  expect(late.head).toBe(4);
  await expectGone(t);
  // Nobody meets it under its key.
  const other = await ada.give(born("sessions", 2, [cell("name", "other")]));
  expect(other.recorded).toEqual([]);
});

test("a row that no hub has seen can be purged, and its birth comes to nothing", async () => {
  const t = deployment();
  const ada = await linked(t);
  const mark = { entity: "messages", id: id(1), whole: true, cells: MARKED };
  await ada.give(mark);
  const text = longText(SECRET);
  await ada.give(message(1, 5, cell("text", SECRET, person(9)), inChunk("blocks", text)));
  expect((await ada.rows()).map((it) => it.cells)).toEqual([MARKED]);
  await expectGone(t);
});

test("what comes for a purged owner is marked, also if nothing else ever was", async () => {
  const t = deployment();
  const ada = await linked(t);
  await ada.give({ entity: "sessions", id: id(1), whole: true, cells: MARKED });
  await ada.give(message(1, 1, inChunk("blocks", longText(SECRET))));
  expect(await marked(ada)).toEqual({ "sessions 1": true, "messages 1": true });
});

test("a mark that is no word, and other names like it, are refused", async () => {
  const ada = await linked(deployment());
  const long: WireCell = [PURGED, person(1), "", [contentHash("x")]];
  const { answers } = await ada.push(
    born("sessions", 1, [long]),
    born("sessions", 2, [cell("~other", "a")]),
    born("~purged", 3, [cell("name", "a")]),
  );
  expect(answers.map((it) => it.kind)).toEqual(["refused", "refused", "refused"]);
});

test("chunks go at once unless another row names them", () =>
  withTimers(async () => {
    const t = deployment();
    const ada = await linked(t);
    const [mine, shared, late] = [SECRET, "shared", `late ${SECRET}`].map(longText);
    await ada.putChunks([mine!, shared!]);
    await ada.give(
      message(1, 5, inChunk("text", mine!), inChunk("blocks", shared!)),
      message(2, 5, inChunk("blocks", shared!)),
    );
    const bytes = async () =>
      (await t.run((ctx) => ctx.db.query("syncHeads").first()))?.bytes;
    const before = await bytes();
    await ada.give(purge("messages", 1));
    await settle(t);
    await expectGone(t);
    const bodies = () => t.run((ctx) => ctx.db.query("syncChunkBodies").collect());
    expect((await bodies()).map((it) => it.text)).toEqual([shared]);
    expect(before! - (await bytes())!).toBeGreaterThan(70_000);

    // A device that did not know puts its pieces and names them.
    await ada.putChunks([late!]);
    await ada.give(part("messages", 1, [inChunk("text", late!, 99)]));
    await settle(t);
    await expectGone(t);
    expect(await bodies()).toHaveLength(1);
  }));

test("what a purged row owns goes with it, whenever it comes; what moved away stays", async () => {
  const t = deployment();
  const ada = await linked(t);
  const comment = (n: number, session: number) =>
    born("comments", n, [cell("session", id(session)), cell("body", `comment ${n}`)]);
  await ada.give(
    born("sessions", 1, [cell("name", "purged")]),
    born("sessions", 2, [cell("name", "kept")]),
    message(1, 1, cell("text", SECRET, person(99))),
    message(2, 2, cell("text", "kept")),
    comment(1, 1),
    comment(2, 1),
    comment(3, 2),
  );
  await ada.give(part("comments", 2, [cell("session", id(2), person(2))]));
  const { head, answers } = await ada.give(purge("sessions", 1));
  expect([answers[0], head]).toEqual([expect.objectContaining({ seq: 9 }), 11]);
  await expectGone(t);
  const kept = { "sessions 2": false, "messages 2": false, "comments 3": false };
  const gone = { "sessions 1": true, "messages 1": true, "comments 1": true };
  expect(await marked(ada)).toEqual({ ...kept, ...gone, "comments 2": false });

  // One that comes later, in whatever case it names its owner, and one that moves there.
  const upper = cell("session", id(1).toUpperCase());
  await ada.give(
    message(3, 1, cell("text", SECRET)),
    born("messages", 4, [upper, cell("text", SECRET)]),
    message(5, 1, inChunk("blocks", longText(SECRET))),
    part("comments", 3, [cell("session", id(1), person(5))]),
  );
  await expectGone(t);
  const later = { "messages 3": true, "messages 4": true, "messages 5": true };
  expect(await marked(ada)).toEqual({
    ...kept,
    ...gone,
    ...later,
    "comments 2": false,
    "comments 3": true,
  });
  const marks = (await ada.rows()).filter((it) =>
    it.cells.some((one) => one[0] === PURGED),
  );
  for (const { cells } of marks) expect(cells).toEqual(MARKED);
  await expectSums(ada);
});

test("an owner and what it owns may be purged in one call, in either order", async () => {
  const t = deployment();
  const ada = await linked(t);
  await ada.give(
    message(1, 1, cell("text", SECRET)),
    born("sessions", 1, [cell("name", SECRET), MARK]),
    message(2, 1, cell("text", SECRET)),
  );
  await expectGone(t);
  expect(await marked(ada)).toEqual({
    "messages 1": true,
    "sessions 1": true,
    "messages 2": true,
  });
  await expectSums(ada);
});

test("what twins own goes with either of them, also if they become one later", async () => {
  const t = deployment();
  const ada = await linked(t);
  const name = cell("name", "twins");
  const { recorded } = await ada.give(
    born("sessions", 1, [name]),
    born("sessions", 2, [name]),
    born("sessions", 3, [cell("name", "later")]),
    message(1, 1, cell("text", SECRET)),
    message(2, 2, cell("text", SECRET)),
    message(3, 3, cell("text", SECRET)),
  );
  expect(recorded).toHaveLength(1);
  await ada.give(purge("sessions", 2));
  const all = await marked(ada);
  expect(all).toMatchObject({
    "messages 1": true,
    "messages 2": true,
    "messages 3": false,
  });
  await ada.give(message(4, 1, cell("text", SECRET)));

  const fact = born("aliases", 9, [
    cell("entity", "sessions"),
    cell("low", id(2)),
    cell("high", id(3)),
  ]);
  await ada.give(fact);
  const after = await marked(ada);
  expect(after).toMatchObject({ "messages 3": true, "messages 4": true });
  await expectGone(t);
});

test("a deployment of before finds what a purged row owns", async () => {
  const t = deployment();
  const ada = await linked(t);
  await ada.give(
    born("sessions", 1, [cell("name", "old")]),
    message(1, 1, cell("text", SECRET)),
    message(2, 2, cell("text", "other")),
  );
  await t.run(async (ctx) => {
    const head = await ctx.db.query("syncHeads").first();
    await ctx.db.patch(head!._id, { owners: undefined });
    for (const it of await ctx.db.query("syncFeed").collect()) {
      await ctx.db.patch(it._id, { owner: undefined });
    }
  });
  await ada.give(purge("sessions", 1));
  await expectGone(t);
  expect(await marked(ada)).toMatchObject({ "messages 1": true, "messages 2": false });
});

test("whoever has used up the quota can still purge", async () => {
  const ada = await linked(deployment());
  await ada.give(...Array.from({ length: 16 }, (_, n) => born("sessions", n + 1, [])));
  process.env["DRIFTLINE_QUOTA_ROWS"] = "16";
  try {
    const row = (n: number, cells: WireCell[]) => born("messages", n, cells);
    const { answers } = await ada.push(row(1, [cell("text", "a")]), row(2, [MARK]));
    expect(answers.map((it) => it.kind)).toEqual(["refused", "accepted"]);
  } finally {
    delete process.env["DRIFTLINE_QUOTA_ROWS"];
  }
});

test("a mark ahead of the clock is refused like any stamp", async () => {
  const ada = await linked(deployment());
  await ada.give(born("sessions", 1, [cell("name", "a")]));
  const mark: WireCell = [PURGED, person(Date.now() + 400_000), '"person"'];
  const { answers } = await ada.push(purge("sessions", 1, mark));
  expect(answers).toEqual([{ kind: "clock_ahead", fields: [PURGED] }]);
});
