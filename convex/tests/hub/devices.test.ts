// @vitest-environment edge-runtime
/** A device that was lost is shut out: no session of it is left, and nobody else's ends. */
import { expect, test } from "vitest";
import { api } from "../../functions/_generated/api.js";
import { born, cell, deployment, errorOf, linked, Person } from "./fixture.js";

const link = (who: Person, deviceName: string) =>
  who.client.mutation(api.users.linkLocalId, {
    protocol: 1,
    localId: who.device,
    deviceName,
  });
const revoke = (who: Person, device: string) =>
  who.client.mutation(api.users.revokeDevice, { protocol: 1, device });
const devices = async (who: Person) => (await who.client.query(api.users.me, {})).devices;

/** Another session of the same person, on another device. */
async function another(who: Person, device: string): Promise<Person> {
  const session = await who.t.run((ctx) =>
    ctx.db.insert("authSessions", { userId: who.user, expirationTime: 4e12 }),
  );
  const other = new Person(who.t, who.user, session, device);
  await other.link();
  return other;
}

test("a revoked device has no session any more, and the others go on", async () => {
  const ada = await linked(deployment(), "ada");
  const old = await another(ada, "old");
  await link(ada, "laptop");
  await link(old, "old phone");
  await old.give(born("sessions", 1, [cell("name", "from the phone")]));
  const session = old.session;
  await ada.t.run((ctx) =>
    ctx.db.insert("authRefreshTokens", { sessionId: session, expirationTime: 4e12 }),
  );
  const listed = await devices(ada);
  expect(listed.map((it) => [it.name, it.signedIn])).toEqual(
    expect.arrayContaining([
      ["laptop", true],
      ["old phone", true],
    ]),
  );

  expect(await revoke(ada, "old")).toEqual({ ended: 1 });
  expect(await ada.t.run((ctx) => ctx.db.get(session))).toBeNull();
  expect(await ada.t.run((ctx) => ctx.db.query("authRefreshTokens").collect())).toEqual([]);
  expect((await errorOf(old.pull())).code).toBe("unauthenticated");
  expect((await ada.pull()).changes).toHaveLength(1);
  expect((await devices(ada)).find((it) => it.device === "old")?.signedIn).toBe(false);
  expect(await revoke(ada, "old")).toEqual({ ended: 0 });

  // Its owner finds it and signs in again.
  const found = await another(ada, "old");
  await link(found, "old phone");
  expect((await devices(ada)).find((it) => it.device === "old")?.signedIn).toBe(true);
});

test("a device that is not there, or another person's, cannot be revoked", async () => {
  const t = deployment();
  const ada = await linked(t, "ada");
  const bob = await linked(t, "bob");
  await link(ada, "laptop");
  expect((await errorOf(revoke(bob, ada.device))).code).toBe("unknown_device");
  expect((await errorOf(revoke(bob, "nothing"))).code).toBe("unknown_device");
  expect((await ada.pull()).head).toBe(0);
});

test("a device that signs in without end keeps its latest sessions only", async () => {
  const ada = await linked(deployment(), "ada");
  const all: Person[] = [];
  for (let n = 0; n < 12; n += 1) {
    const it = await another(ada, "busy");
    await link(it, "busy");
    all.push(it);
  }
  const alive = await ada.t.run((ctx) =>
    Promise.all(all.map((it) => ctx.db.get(it.session))),
  );
  expect(alive.map((it) => it !== null)).toEqual([
    ...Array<boolean>(4).fill(false),
    ...Array<boolean>(8).fill(true),
  ]);
});
