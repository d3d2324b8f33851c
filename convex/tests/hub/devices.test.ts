// @vitest-environment edge-runtime
/** A device that was lost is shut out: no session of it is left, and nobody else's ends. */
import { expect, test } from "vitest";
import { api } from "../../functions/_generated/api.js";
import { born, cell, deployment, errorOf, linked, Person } from "./fixture.js";
import { PROTOCOL } from "../../functions/hub/errors.js";

const link = (who: Person, deviceName: string) =>
  who.client.mutation(api.users.linkLocalId, {
    protocol: PROTOCOL,
    localId: who.device,
    deviceName,
  });
const revoke = (who: Person, device: string) =>
  who.client.mutation(api.users.revokeDevice, { protocol: PROTOCOL, device });
const devices = async (who: Person) => (await who.client.query(api.users.me, {})).devices;

/** Another session of the same person, on another device, or one that says of none. */
async function another(who: Person, device: string | null): Promise<Person> {
  const session = await who.t.run((ctx) =>
    ctx.db.insert("authSessions", { userId: who.user, expirationTime: 4e12 }),
  );
  const other = new Person(who.t, who.user, session, device ?? "nothing");
  if (device !== null) await link(other, device);
  else Object.assign(other, { account: who.account, epoch: who.epoch });
  return other;
}

test("a revoked device has no session any more, and the others go on", async () => {
  const ada = await linked(deployment(), "ada");
  const old = await another(ada, "old");
  Object.assign(old, { account: ada.account, epoch: ada.epoch });
  await link(ada, "laptop");
  await link(old, "old phone");
  await old.give(born("sessions", 1, [cell("name", "from the phone")]));
  const session = old.session;
  const listed = await devices(ada);
  expect(listed.map((it) => [it.name, it.signedIn])).toEqual(
    expect.arrayContaining([
      ["laptop", true],
      ["old phone", true],
    ]),
  );

  expect(await revoke(ada, "old")).toEqual({ ended: 1 });
  expect(await ada.t.run((ctx) => ctx.db.get(session))).toBeNull();
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

test("a session that never said which device it is of is listed and can be ended", async () => {
  const ada = await linked(deployment(), "ada");
  await link(ada, "laptop");
  const thief = await another(ada, null);
  await thief.pull();
  const strangers = (await devices(ada)).filter((it) => !it.known);
  expect(strangers).toMatchObject([{ name: null, signedIn: true }]);
  // What it is called is no part of its tokens.
  expect(JSON.stringify(strangers)).not.toContain(thief.session);

  expect(await revoke(ada, strangers[0]?.device ?? "")).toEqual({ ended: 1 });
  expect((await errorOf(thief.pull())).code).toBe("unauthenticated");
  expect((await devices(ada)).map((it) => it.known)).toEqual([true]);
  expect((await errorOf(revoke(ada, strangers[0]?.device ?? ""))).code).toBe(
    "unknown_device",
  );
});

test("every session but the one that asks is ended, known or not", async () => {
  const t = deployment();
  const ada = await linked(t, "ada");
  const bob = await linked(t, "bob");
  const others = [
    await another(ada, "phone"),
    await another(ada, ada.device),
    await another(ada, null),
  ];
  const args = { protocol: PROTOCOL };
  expect(await ada.client.mutation(api.users.revokeOthers, args)).toEqual({ ended: 3 });
  for (const it of others) expect((await errorOf(it.pull())).code).toBe("unauthenticated");
  expect((await ada.pull()).head).toBe(0);
  expect((await bob.pull()).head).toBe(0);
  expect(await ada.client.mutation(api.users.revokeOthers, args)).toEqual({ ended: 0 });
});

test("copies of one profile go on beside each other, however many there are", async () => {
  const ada = await linked(deployment(), "ada");
  const copies: Person[] = [];
  for (let n = 0; n < 12; n += 1) copies.push(await another(ada, "copied"));
  for (const it of copies) expect((await it.pull()).head).toBe(0);
  expect(await revoke(ada, "copied")).toEqual({ ended: 12 });
});

test("a session that has run out is not listed as signed in", async () => {
  const ada = await linked(deployment(), "ada");
  const old = await another(ada, "old");
  await link(old, "old phone");
  await ada.t.run((ctx) => ctx.db.patch(old.session, { expirationTime: 1 }));
  const listed = (await devices(ada)).find((it) => it.device === "old");
  expect(listed).toMatchObject({ name: "old phone", signedIn: false });
});
