// @vitest-environment edge-runtime
/** What a hub answers, row by row and call by call. */
import { afterEach, expect, test, vi } from "vitest";
import { api } from "../../functions/_generated/api.js";
import { contentHash } from "../../functions/model/row.js";
import {
  born,
  cell,
  deployment,
  errorOf,
  id,
  linked,
  machine,
  part,
  person,
  signUp,
  type WireCell,
  type WireRow,
} from "./fixture.js";
import { PROTOCOL } from "../../functions/hub/errors.js";

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

test("edits of different fields both stay, of one field the later one", async () => {
  const ada = await linked(deployment());
  await ada.give(born("sessions", 1, [cell("name", "a"), cell("model", "m")]));
  await ada.give(
    part("sessions", 1, [cell("name", "b", person(3)), cell("note", "n", person(3))]),
  );
  const late = await ada.give(part("sessions", 1, [cell("name", "late", person(2))]));
  expect(late.head).toBe(2);
  expect(await ada.rows()).toEqual([
    {
      entity: "sessions",
      id: id(1),
      whole: true,
      cells: [
        cell("model", "m"),
        cell("name", "b", person(3)),
        cell("note", "n", person(3)),
      ],
    },
  ]);
});

test("an equal stamp is decided by the bytes of the text, whoever comes first", async () => {
  for (const names of [
    ["\uff5e", "😀"],
    ["😀", "\uff5e"],
  ]) {
    const ada = await linked(deployment());
    for (const name of names) {
      await ada.give({ ...born("sessions", 1, [cell("name", name)]), birth: false });
    }
    expect(await ada.text(1, "name")).toBe('"😀"');
  }
});

test("an import never undoes an edit", async () => {
  const ada = await linked(deployment());
  await ada.give(born("sessions", 1, [cell("name", "mine", person(1))]));
  await ada.give(part("sessions", 1, [cell("name", "its", machine(2 ** 47))]));
  expect(await ada.text(1, "name")).toBe('"mine"');
});

test("the same push again changes nothing", async () => {
  const ada = await linked(deployment());
  const row = born("sessions", 1, [cell("name", "a")]);
  const first = await ada.give(row);
  const again = await ada.give(row);
  expect(again.head).toBe(1);
  expect(again.answers).toEqual(first.answers);
  expect(again.digests).toEqual(first.digests);
});

test("a deleted row keeps its cells and can be restored", async () => {
  const ada = await linked(deployment());
  await ada.give(born("sessions", 1, [cell("name", "a")]));
  await ada.give(part("sessions", 1, [cell("deleted_at", 5, person(2))]));
  await ada.give(part("sessions", 1, [cell("name", "b", person(3))]));
  expect(await ada.text(1, "deleted_at")).toBe("5");
  await ada.give(part("sessions", 1, [cell("deleted_at", null, person(4))]));
  expect(await ada.text(1, "deleted_at")).toBe("null");
  expect(await ada.text(1, "name")).toBe('"b"');
});

test("a part of a row that is not here is asked for whole", async () => {
  const ada = await linked(deployment());
  const answers = await ada.push(part("sessions", 1, [cell("name", "a")]));
  expect(answers.answers).toEqual([{ kind: "need_whole" }]);
  expect(await ada.rows()).toEqual([]);
});

test("what this schema does not know is kept and passed on to the letter", async () => {
  const ada = await linked(deployment());
  const deep = `${"[".repeat(500)}12345678901234567890${"]".repeat(500)}`;
  const texts = [
    deep,
    "9007199254740993",
    "1e+300",
    "1.5",
    '{"a":1,"😀":[null,true]}',
    '"\\u0000"',
  ];
  const fields = ["blocks", "usage", "created_at", "text", "constructor", "later_field"];
  const cells = fields.map((field, at): [string, string, string] => [
    field,
    person(at),
    texts[at]!,
  ]);
  const sorted = [...cells].sort(([one], [other]) => (one < other ? -1 : 1));
  await ada.give(born("messages", 1, cells), born("later_things", 2, cells));
  await ada.give(part("later_things", 2, [cell("later_field", 2, person(50))]));
  const [message, thing] = await ada.rows();
  expect(message?.cells).toEqual(sorted);
  expect(thing).toMatchObject({ entity: "later_things", id: id(2) });
  const later = sorted.map((it) =>
    it[0] === "later_field" ? cell("later_field", 2, person(50)) : it,
  );
  expect(thing?.cells).toEqual(later);
});

test("a row that came before its entity was known moves when it changes", async () => {
  const t = deployment();
  const ada = await linked(t);
  const { head } = await ada.give(
    born("inbo", 1, [cell("title", "a"), cell("deleted_at", null)]),
  );
  // As if the schema learned the entity in between.
  await t.run(async (ctx) => {
    const other = (await ctx.db.query("syncOthers").first())!;
    const feed = (await ctx.db.query("syncFeed").first())!;
    await ctx.db.patch(other._id, { syncEntity: "inbox" });
    await ctx.db.patch(feed._id, { entity: "inbox" });
  });
  expect(await ada.text(1, "title")).toBe('"a"');
  const answers = await ada.give(part("inbox", 1, [cell("kind", "done", person(2))]));
  expect(answers.head).toBe(head + 1);
  expect((await ada.rows()).map((it) => it.cells.length)).toEqual([3]);
  const left = await t.run(async (ctx) => [
    await ctx.db.query("syncOthers").first(),
    (await ctx.db.query("inbox").first())?.title,
  ]);
  expect(left).toEqual([null, "a"]);
});

test("local fields are dropped", async () => {
  const ada = await linked(deployment());
  await ada.give(born("workspaces", 1, [cell("path", "/a"), cell("here", "/b")]));
  expect((await ada.rows())[0]?.cells).toEqual([cell("path", "/a")]);
});

test("a person's stamp too far ahead is refused by name, an import's is not", async () => {
  const ada = await linked(deployment());
  const ahead = person(Date.now() + 6 * 60 * 1000);
  const near = person(Date.now() + 4 * 60 * 1000);
  const answers = await ada.push(
    born("sessions", 1, [
      cell("note", "a", ahead),
      cell("name", "b"),
      cell("cwd", "c", ahead),
    ]),
    born("sessions", 2, [cell("name", "b", near), cell("model", "m", machine(2 ** 47))]),
  );
  expect(answers.answers[0]).toEqual({ kind: "clock_ahead", fields: ["cwd", "note"] });
  expect(answers.answers[1]?.kind).toBe("accepted");
  expect(Math.abs(answers.time - Date.now())).toBeLessThan(60_000);
  expect((await ada.rows()).map((it) => it.id)).toEqual([id(2)]);
});

test("calls that do not fit say why, and take nothing", async () => {
  const t = deployment();
  const ada = await signUp(t, "ada");
  const row = born("sessions", 1, [cell("name", "a")]);
  expect(await errorOf(ada.push(row))).toMatchObject({ code: "unlinked" });
  expect(await errorOf(ada.pull())).toMatchObject({ code: "unlinked" });
  await ada.link();
  const call = ada.envelope([row]);
  const push = (more: object) =>
    errorOf(ada.client.mutation(api.sync.pushChanges, { ...call, ...more }));
  expect(await push({ account: "other" })).toMatchObject({ code: "moved" });
  expect(await push({ epoch: "other" })).toMatchObject({ code: "moved" });
  for (const protocol of [PROTOCOL + 2, PROTOCOL - 2]) {
    expect(await push({ protocol })).toMatchObject({ code: "protocol", theirs: PROTOCOL });
  }
  for (const bad of [
    { serial: -1 },
    { serial: 1.5 },
    { device: "" },
    { protocol: 2 ** 60 },
  ]) {
    expect(await push(bad)).toMatchObject({ code: "bad_request" });
  }
  const many = Array.from({ length: 501 }, () => "");
  expect(await push({ changes: many })).toMatchObject({ code: "bad_request" });
  expect(await push({ serial: 0 })).toMatchObject({ code: "old_call", last: 0 });
  expect(await ada.rows()).toEqual([]);

  // A version more or less works; then the same serial has been answered.
  await ada.client.mutation(api.sync.pushChanges, { ...call, protocol: PROTOCOL + 1 });
  expect(await push({})).toMatchObject({ code: "old_call", last: call.serial });
  await ada.client.mutation(api.sync.pushChanges, { ...call, device: "phone" });
});

test("no row fails its batch", async () => {
  const ada = await linked(deployment());
  const good = born("sessions", 1, [cell("name", "a")]);
  const stamp = person(1);
  const of = (cells: unknown) => JSON.stringify({ ...good, id: id(9), cells });
  const hostile: string[] = [
    "",
    "null",
    "[]",
    "{",
    "\ud800",
    "[".repeat(100_000),
    JSON.stringify({ ...good, entity: 1 }),
    JSON.stringify({ ...good, entity: "Sessions" }),
    JSON.stringify({ ...good, entity: "__proto__" }),
    JSON.stringify({ ...good, id: id(255).toUpperCase() }),
    JSON.stringify({ ...good, id: "x".repeat(1_000_000) }),
    JSON.stringify({ ...good, birth: "yes" }),
    of({}),
    of([null]),
    of([["name", stamp]]),
    of([["name", stamp, "1", [], 5]]),
    of([["name", stamp, 1]]),
    of([["name", `2${stamp.slice(1)}`, "1"]]),
    of([["name", stamp.slice(1), "1"]]),
    of([["name", stamp.replace("1", "A"), "1"]]),
    of([["name", stamp, "{"]]),
    of([["name", stamp, '{"b":1, "a":2}']]),
    of([["name", stamp, '"\ud800"']]),
    of([["Name", stamp, "1"]]),
    of([["na me", stamp, "1"]]),
    of([["_id", stamp, "1"]]),
    of([
      ["name", stamp, "1"],
      ["name", stamp, "2"],
    ]),
    of([["name", stamp, JSON.stringify("x".repeat(65_536))]]),
    of([["name", stamp, "", []]]),
    of([["name", stamp, "", ["x"]]]),
    of([["name", stamp, "1", ["0".repeat(64)]]]),
    of(Array.from({ length: 2_001 }, (_, n) => [`f${n}`, stamp, "1"])),
    of(Array.from({ length: 20 }, (_, n) => [`f${n}`, stamp, `"${"x".repeat(50_000)}"`])),
    of(Array.from({ length: 20 }, (_, n) => [`f${n}`, stamp, `"${'\\"'.repeat(20_000)}"`])),
  ];
  const last: WireRow = { ...good, id: id(2) };
  const answers = await ada.push(good, ...hostile, last);
  const kinds = answers.answers.map((it) => it.kind);
  expect(kinds).toEqual(["accepted", ...hostile.map(() => "refused"), "accepted"]);
  for (const answer of answers.answers) {
    if (answer.kind === "refused") {
      expect(answer.reason.length).toBeGreaterThan(10);
      expect(answer.reason.length).toBeLessThan(200);
      expect(answer.reason).not.toMatch(/\p{Cc}/u);
    }
  }
  expect((await ada.rows()).filter((it) => it.id === id(9))).toEqual([]);
});

test("a row that would grow past a document is refused and stays as it was", async () => {
  const ada = await linked(deployment());
  const fill = (name: string) =>
    Array.from({ length: 9 }, (_, n) => cell(`${name}${n}`, "x".repeat(60_000)));
  await ada.give(born("sessions", 1, fill("a")));
  const answers = await ada.push(part("sessions", 1, fill("b")));
  expect(answers.answers[0]?.kind).toBe("refused");
  expect((await ada.rows())[0]?.cells).toHaveLength(9);
});

test("a number in another form than every replica's is refused, and only its row", async () => {
  const ada = await linked(deployment());
  const bad = ["2.0", "0.0", "1e2", "1e300", "1e-400", "18446744073709551616", "[1.50]"];
  const good = ["2", "1e+300", "18446744073709551615", "100000000000000000000", "[1.5]"];
  const rows = [...bad, ...good].map((text, n) =>
    born("later_things", n, [["a", person(1), text]]),
  );
  const { answers } = await ada.push(...rows);
  const expected = [...bad.map(() => "refused"), ...good.map(() => "accepted")];
  expect(answers.map((it) => it.kind)).toEqual(expected);
});

test("no session can use up the serial numbers of a device", async () => {
  const ada = await linked(deployment());
  await ada.give(born("sessions", 1, [cell("name", "a")]));
  const most = { ...ada.envelope([]), serial: 2 ** 53 - 1 };
  const leap = ada.client.mutation(api.sync.pushChanges, most);
  expect(await errorOf(leap)).toMatchObject({ code: "bad_request" });
  const far = { ...ada.envelope([]), serial: 2 ** 28 };
  await ada.client.mutation(api.sync.pushChanges, far);
  const row = born("sessions", 2, [cell("name", "b")]);
  expect(await errorOf(ada.push(row))).toMatchObject({ code: "old_call", last: 2 ** 28 });
  ada.serial = 2 ** 28;
  await ada.give(row);
});

test("a person keeps no more than the quota, and can delete what is there", async () => {
  const ada = await linked(deployment());
  vi.stubEnv("DRIFTLINE_QUOTA_MB", "0.3");
  const text = cell("text", "x".repeat(60_000));
  const kinds = async (...rows: WireRow[]) =>
    (await ada.push(...rows)).answers.map((it) => it.kind);
  const rows = [1, 2, 3, 4].map((n) => born("messages", n, [text]));
  expect(await kinds(...rows)).toEqual(rows.map(() => "accepted"));
  const chunk = (letter: string) => letter.repeat(50_000);
  await ada.putChunks([chunk("a")]);
  await ada.putChunks([chunk("b")]);
  const long: WireCell = ["text", person(1), "", [contentHash(chunk("b"))]];
  const { answers } = await ada.push(
    born("messages", 5, [text]),
    born("messages", 6, [long]),
  );
  const full = { kind: "refused", reason: expect.stringContaining("DRIFTLINE_QUOTA_MB") };
  expect(answers).toEqual([full, full]);
  const empty: [string, string, string] = ["text", person(2), "null"];
  expect(await kinds(part("messages", 1, [cell("deleted_at", 5, person(2))]))).toEqual([
    "accepted",
  ]);
  expect(await kinds(part("messages", 1, [empty]), part("messages", 2, [empty]))).toEqual([
    "accepted",
    "accepted",
  ]);
  vi.stubEnv("DRIFTLINE_QUOTA_ROWS", "5");
  expect(await kinds(born("messages", 6, [empty]), born("messages", 7, [empty]))).toEqual([
    "accepted",
    "refused",
  ]);
});

test("every row says when the hub last took a change of it", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const t = deployment();
  const ada = await linked(t);
  const updated = () =>
    t.run(async (ctx) => [
      (await ctx.db.query("sessions").first())?.updatedAt,
      (await ctx.db.query("syncOthers").first())?.updatedAt,
    ]);
  vi.setSystemTime(1_790_000_000_000);
  await ada.give(born("sessions", 1, [cell("name", "a")]), born("things", 2, []));
  vi.setSystemTime(1_790_000_000_500);
  await ada.give(part("sessions", 1, [cell("name", "b", person(2))]));
  vi.setSystemTime(1_790_000_000_900);
  await ada.give(part("sessions", 1, [cell("name", "b", person(2))]));
  expect(await updated()).toEqual([1_790_000_000_500, 1_790_000_000_000]);
});

test("rows of an older version are refused, whoever asks", async () => {
  const t = deployment();
  const ada = await linked(t);
  await ada.push(born("sessions", 1, [cell("name", "a")]));
  for (const protocol of [undefined, 2]) {
    await t.run(async (ctx) => {
      const heads = await ctx.db.query("syncHeads").collect();
      for (const head of heads) await ctx.db.patch(head._id, { protocol });
    });
    const refused = { code: "protocol", theirs: protocol ?? 1 };
    expect(await errorOf(ada.pull())).toMatchObject(refused);
    expect(await errorOf(ada.push(born("sessions", 2, [])))).toMatchObject(refused);
    expect(await errorOf(ada.link())).toMatchObject(refused);
  }
});
