// @vitest-environment edge-runtime
/**
 * Two people. Every public function is called by one with every name that the other has;
 * it must refuse, or answer with nothing of the other's and change nothing of it. And
 * nobody is served without a session that is still there.
 */
import {
  getFunctionName,
  makeFunctionReference,
  type FunctionReference,
} from "convex/server";
import { expect, test } from "vitest";
import { api } from "../../functions/_generated/api.js";
import { contentHash } from "../../functions/model/row.js";
import {
  born,
  cell,
  deployment,
  errorOf,
  id,
  linked,
  modules,
  part,
  person,
  signUp,
  type Deployment,
  type Person,
} from "./fixture.js";
import { PROTOCOL } from "../../functions/hub/errors.js";

const SECRET = "the secret of Ada";
const CHUNK = JSON.stringify(`${SECRET} ${"x".repeat(70_000)}`);

type Args = Record<string, unknown>;
interface Line {
  call: FunctionReference<"query" | "mutation">;
  kind: "query" | "mutation";
  /** Calls that name whatever is Ada's. */
  args: (ada: Person, bob: Person) => Args[];
}

const pull = (ada: Person) => [
  { protocol: PROTOCOL, asked: ada.user, cursor: 0, rows: 500, bytes: 1 << 20 },
];
const push = (ada: Person, bob: Person) => {
  const rows = [
    part("sessions", 1, [cell("name", "stolen", person(9))]),
    born("sessions", 1, [cell("note", "mine", person(9))]),
    born("sessions", 3, [cell("name", SECRET, person(1, 2))]),
    born("messages", 2, [["text", person(9), "", [contentHash(CHUNK)]]]),
    born("later_things", 4, [cell("a", 1, person(9))]),
  ];
  const theirs = { account: ada.account, epoch: ada.epoch, device: ada.device };
  return [
    { ...bob.envelope(rows), ...theirs },
    { ...bob.envelope(rows), account: ada.account },
    { ...bob.envelope(rows), device: ada.device },
  ];
};
const chunks = () => [{ protocol: PROTOCOL, asked: "1", hashes: [contentHash(CHUNK)] }];

const MATRIX: Line[] = [
  { call: api.sync.getChangesSince, kind: "query", args: pull },
  { call: api.sync.getFullState, kind: "query", args: pull },
  { call: api.sync.pushChanges, kind: "mutation", args: push },
  { call: api.sync.head, kind: "query", args: () => [{}] },
  { call: api.sync.missingChunks, kind: "query", args: chunks },
  { call: api.sync.getChunks, kind: "query", args: chunks },
  {
    call: api.sync.putChunks,
    kind: "mutation",
    args: () => [{ protocol: PROTOCOL, chunks: ['"of Bob"'] }],
  },
  {
    call: api.users.linkLocalId,
    kind: "mutation",
    args: () => [{ protocol: PROTOCOL, localId: "local id of Ada" }],
  },
  {
    call: api.users.sealAccount,
    kind: "mutation",
    args: () => [{ protocol: PROTOCOL, key: "0123456789abcdef" }],
  },
  { call: api.users.me, kind: "query", args: () => [{}] },
  {
    call: api.users.revokeDevice,
    kind: "mutation",
    args: (ada) => [{ protocol: PROTOCOL, device: ada.device }],
  },
  { call: api.users.revokeOthers, kind: "mutation", args: () => [{ protocol: PROTOCOL }] },
  {
    call: api.users.eraseAccount,
    kind: "mutation",
    args: (ada, bob) => [
      { protocol: PROTOCOL, account: ada.account },
      { protocol: PROTOCOL, account: null },
      { protocol: PROTOCOL, account: bob.account },
    ],
  },
];

async function setUp(t: Deployment) {
  const ada = await linked(t, "ada");
  await ada.link("local id of Ada");
  await ada.putChunks([CHUNK]);
  await ada.give(
    born("sessions", 1, [cell("name", SECRET)]),
    born("messages", 2, [["text", person(1), "", [contentHash(CHUNK)]]]),
    born("later_things", 4, [cell("a", SECRET)]),
  );
  return { ada, bob: await linked(t, "bob") };
}

function run(who: Pick<Deployment, "query" | "mutation">, line: Line, args: Args) {
  const call = makeFunctionReference<any>(getFunctionName(line.call));
  return line.kind === "query" ? who.query(call, args) : who.mutation(call, args);
}

/** Everything in the tables that belongs to a person. */
function holdings(t: Deployment, person: Person) {
  return t.run(async (ctx) => {
    const tables = ["syncHeads", "syncDevices", "syncFeed", "syncChunks"] as const;
    const rows = ["sessions", "messages", "aliases", "syncOthers"] as const;
    const all: unknown[] = [];
    for (const table of tables) {
      const documents = await ctx.db.query(table).take(100);
      all.push(documents.filter((it) => it.user === person.user));
    }
    for (const table of rows) {
      const documents = await ctx.db.query(table).take(100);
      all.push(documents.filter((it) => it.syncUser === person.user));
    }
    return all;
  });
}

test.each(MATRIX.map((line) => [getFunctionName(line.call), line] as const))(
  "%s shows and changes nothing of another person",
  async (_, line) => {
    const t = deployment();
    const { ada, bob } = await setUp(t);
    const before = await holdings(t, ada);
    for (const args of line.args(ada, bob)) {
      const answer: unknown = await run(bob.client, line, args).catch((error: unknown) => {
        expect(String(error)).toMatch(/moved|unknown_device/);
        return null;
      });
      const shown = JSON.stringify(answer);
      for (const hers of [SECRET, ada.user, ada.account, ada.epoch, "account of ada"]) {
        expect(shown).not.toContain(hers);
      }
    }
    expect(await holdings(t, ada)).toEqual(before);
    expect(await ada.text(1, "name")).toBe(JSON.stringify(SECRET));
  },
);

test("rows with another's ids, keys and chunks are the caller's own or not taken", async () => {
  const { ada, bob } = await setUp(deployment());
  const answers = await bob.push(
    part("sessions", 1, [cell("name", "stolen", person(9))]),
    born("sessions", 3, [cell("name", SECRET)]),
    born("messages", 2, [["text", person(9), "", [contentHash(CHUNK)]]]),
  );
  expect(answers.answers.map((it) => it.kind)).toEqual([
    "need_whole",
    "accepted",
    "need_chunks",
  ]);
  expect(answers.recorded).toEqual([]);
  expect((await bob.rows()).map((it) => it.id)).toEqual([id(3)]);
  expect((await ada.rows()).map((it) => it.id)).toEqual([id(1), id(2), id(4)]);
});

test.each(MATRIX.map((line) => [getFunctionName(line.call), line] as const))(
  "%s needs a session that is still there",
  async (_, line) => {
    const t = deployment();
    const { ada, bob } = await setUp(t);
    const [args] = line.args(ada, bob);
    const mixed = t.withIdentity({ subject: `${ada.user}|${bob.session}` });
    const nobody = [t, mixed];
    nobody.push(t.withIdentity({ subject: `${ada.session}|${ada.user}` }));
    nobody.push(t.withIdentity({ subject: "nonsense" }));
    for (const who of nobody) {
      expect(await errorOf(run(who, line, args!))).toMatchObject({
        code: "unauthenticated",
      });
    }
    await t.run((ctx) => ctx.db.delete(ada.session));
    expect(await errorOf(run(ada.client, line, args!))).toMatchObject({
      code: "unauthenticated",
    });
    await t.run((ctx) => ctx.db.delete(bob.user));
    expect(await errorOf(run(bob.client, line, args!))).toMatchObject({
      code: "unauthenticated",
    });
  },
);

test("the matrix has every public function", async () => {
  const isOurs = (path: string) =>
    !/\/(_generated|signIn)\/|\/(auth|auth\.config|http)\.ts$/.test(path);
  const found: string[] = [];
  for (const [path, load] of Object.entries(modules)) {
    if (!isOurs(path)) continue;
    for (const [name, it] of Object.entries((await load()) as Record<string, unknown>)) {
      const isPublic = typeof it === "function" && "isPublic" in it && it.isPublic === true;
      const module = path.replace(/^.*\/functions\/(.*)\.ts$/, "$1");
      if (isPublic) found.push(`${module}:${name}`);
    }
  }
  const listed = MATRIX.map((line) => getFunctionName(line.call));
  expect(found.sort()).toEqual([...listed].sort());
});

test("linking draws an account once and records local ids", async () => {
  const t = deployment();
  const ada = await signUp(t, "ada");
  expect(await ada.client.query(api.sync.head, {})).toBeNull();
  expect(await ada.client.query(api.users.me, {})).toMatchObject({
    account: null,
    epoch: null,
  });
  const first = await ada.link("laptop");
  expect(first.person).toBe("github:account of ada");
  expect(await ada.link("phone")).toEqual(first);
  expect(await ada.link("phone")).toEqual(first);
  await ada.give(born("sessions", 1, [cell("name", "a")]));
  const { person: _, ...names } = first;
  expect(await ada.client.query(api.sync.head, {})).toEqual({ head: 1, ...names });
  expect(await ada.client.query(api.users.me, {})).toEqual({
    ...first,
    provider: "github",
    login: null,
    name: "ada",
    image: null,
    linkedLocalIds: ["laptop", "phone"],
    devices: [
      {
        device: "device of ada",
        name: null,
        lastContactAt: expect.any(Number) as number,
        signedIn: true,
        known: true,
      },
    ],
  });
});
