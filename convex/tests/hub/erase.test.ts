// @vitest-environment node
/** An account that its owner erases is gone, with all it held, and nobody else's is. */
import { expect, test } from "vitest";
import { api, internal } from "../../functions/_generated/api.js";
import { PROTOCOL } from "../../functions/hub/errors.js";
import { contentHash, PURGED } from "../../functions/model/row.js";
import {
  born,
  cell,
  tables,
  errorOf,
  id,
  indexedDeployment,
  linked,
  part,
  person,
  settle,
  signUp,
  withTimers,
  type Deployment,
  type Person,
} from "./fixture.js";

const SECRET = "correct horse battery staple";
const MESSAGES = 620;

const erase = (who: Person, account: string | null = who.account) =>
  who.client.mutation(api.users.eraseAccount, { protocol: PROTOCOL, account });

/** Rows of every kind, chunks with and without a row, a second session, an open task. */
async function fill(who: Person): Promise<void> {
  const chunks = ["named", "never named"].map((it) =>
    JSON.stringify(`${SECRET} ${it} ${"x".repeat(70_000)}`),
  );
  await who.putChunks(chunks);
  const text = cell("text", `${SECRET} ${"x".repeat(10_000)}`);
  const rows = Array.from({ length: MESSAGES }, (_, n) => born("messages", n + 1, [text]));
  for (let at = 0; at < MESSAGES; at += 310) await who.give(...rows.slice(at, at + 310));
  await who.give(
    born("sessions", 1, [cell("name", SECRET)]),
    born("sessions", 2, [cell("name", SECRET)]),
    born("sessions", 3, [[PURGED, person(3), '"person"']]),
    born("later_things", 4, [cell("what", SECRET)]),
    part("messages", 1, [["blocks", person(2), "", [contentHash(chunks[0]!)]]]),
  );
  await who.t.run(async (ctx) => {
    const device = { user: who.user, entity: "sessions", rowId: id(3) };
    await ctx.db.insert("syncPurges", device);
    const session = await ctx.db.insert("authSessions", {
      userId: who.user,
      expirationTime: 4e12,
      device: SECRET,
    });
    const token = { sessionId: session, expirationTime: 4e12 };
    for (let n = 0; n < 20; n += 1) await ctx.db.insert("authRefreshTokens", token);
    const account = await ctx.db
      .query("authAccounts")
      .withIndex("userIdAndProvider", (q) => q.eq("userId", who.user))
      .first();
    await ctx.db.insert("authVerificationCodes", {
      accountId: account!._id,
      provider: "github",
      code: SECRET,
      expirationTime: 4e12,
    });
  });
}

/** All but what is left of erased accounts, and what the engine notes of scheduled calls. */
async function holdings(t: Deployment) {
  const { erasedAccounts, ...all } = await tables(t);
  return { all, erasedAccounts };
}

test("nothing of the account is left, and everything of the others is", () =>
  withTimers(async () => {
    const t = await indexedDeployment();
    const bob = await linked(t, "bob");
    await bob.give(
      born("messages", 1, [cell("text", "Bob's")]),
      born("later_things", 4, [cell("what", "Bob's")]),
    );
    await bob.putChunks(["bob"]);
    const before = (await holdings(t)).all;
    const ada = await linked(t, "ada");
    await fill(ada);

    expect(await erase(ada)).toEqual({ rows: MESSAGES + 5 });
    // From here on nobody is answered, whatever is still there.
    expect((await errorOf(ada.pull())).code).toBe("unauthenticated");
    expect((await errorOf(ada.push())).code).toBe("unauthenticated");
    expect((await errorOf(erase(ada))).code).toBe("unauthenticated");
    await settle(t);
    const { all, erasedAccounts } = await holdings(t);
    expect(all).toEqual(before);
    const left = erasedAccounts!.map((it) => JSON.parse(it) as Record<string, unknown>);
    expect(left).toEqual([
      {
        _id: expect.any(String) as string,
        _creationTime: expect.any(Number) as number,
        person: contentHash("github:account of ada"),
        times: 1,
      },
    ]);
  }));

test("whoever comes back is somebody else, so that no device fills the account again", () =>
  withTimers(async () => {
    const t = await indexedDeployment();
    const ada = await linked(t, "ada");
    const first = await ada.link();
    await erase(ada);
    await settle(t);
    const again = await signUp(t, "ada");
    const person = `${first.person}#2`;
    expect(await again.client.query(api.users.me, {})).toMatchObject({
      person,
      account: null,
      linkedLocalIds: [],
    });
    const second = await again.link();
    expect(second.person).toBe(person);
    expect(second.account).not.toBe(first.account);
    expect((await errorOf(erase(again, first.account))).code).toBe("moved");
    expect(await erase(again)).toEqual({ rows: 0 });
    await settle(t);
    expect((await (await signUp(t, "ada")).link()).person).toBe(`${first.person}#3`);
  }));

test("an account without a device can be erased, and nothing else by that", () =>
  withTimers(async () => {
    const t = await indexedDeployment();
    const ada = await signUp(t, "ada");
    expect((await errorOf(erase(ada, "some account"))).code).toBe("moved");
    expect(await erase(ada, null)).toEqual({ rows: 0 });
    await settle(t);
    const { all } = await holdings(t);
    expect(Object.values(all).flat()).toEqual([]);
  }));

test("erasing that was interrupted goes on, and never touches who is there", () =>
  withTimers(async () => {
    const t = await indexedDeployment();
    const ada = await linked(t, "ada");
    const bob = await linked(t, "bob");
    await bob.give(born("messages", 1, [cell("text", "Bob's")]));
    await ada.give(born("messages", 1, [cell("text", SECRET)]));
    await t.mutation(internal.erasing.eraseRest, { user: bob.user });
    await erase(ada);
    await t.run(async (ctx) => {
      for (const it of await ctx.db.system.query("_scheduled_functions").collect()) {
        if (it.state.kind === "pending") await ctx.scheduler.cancel(it._id);
      }
    });
    await settle(t);
    expect(JSON.stringify(await tables(t))).toContain(SECRET);
    expect(await t.mutation(internal.maintenance.resumeErasing, {})).toBe(1);
    await settle(t);
    expect(JSON.stringify(await tables(t))).not.toContain(SECRET);
    expect(await t.mutation(internal.maintenance.resumeErasing, {})).toBe(0);
    expect(await bob.text(1, "text")).toBe('"Bob\'s"');
  }));
