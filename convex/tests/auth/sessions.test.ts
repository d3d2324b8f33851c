// @vitest-environment edge-runtime
/**
 * A session ends when it has to, however often it was renewed: five thousand times is half
 * a year of `sync --watch`, and more than one transaction could clean up.
 */
import { beforeAll, expect, test, vi } from "vitest";
import { api, internal } from "../../functions/_generated/api.js";
import type { Id } from "../../functions/_generated/dataModel.js";
import {
  deployment,
  errorOf,
  linked,
  Person,
  settle,
  withTimers,
  type Deployment,
} from "../hub/fixture.js";
import { setUp, store } from "./fixture.js";
import { PROTOCOL } from "../../functions/hub/errors.js";

const RENEWALS = 5_000;
const DAY_MS = 24 * 60 * 60 * 1000;

beforeAll(setUp);

/** Tokens of a session that were used one after the other, and the one that is next. */
async function renewedOften(who: Person, usedAt = Date.now() - 30 * DAY_MS) {
  return who.t.run(async (ctx) => {
    let parent: Id<"authRefreshTokens"> | undefined;
    const all: Id<"authRefreshTokens">[] = [];
    for (let n = 0; n <= RENEWALS; n += 1) {
      const used = n < RENEWALS ? { firstUsedTime: usedAt } : {};
      parent = await ctx.db.insert("authRefreshTokens", {
        sessionId: who.session,
        expirationTime: 4e12,
        ...(parent ? { parentRefreshTokenId: parent } : {}),
        ...used,
      });
      all.push(parent);
    }
    return all;
  });
}

const tokens = (t: Deployment) =>
  t.run(async (ctx) => (await ctx.db.query("authRefreshTokens").collect()).length);

const refresh = (who: Person, token: Id<"authRefreshTokens"> | undefined) =>
  store<{ token: string; refreshToken: string } | null>(who.t, {
    type: "refreshSession",
    refreshToken: `${token ?? ""}|${who.session}`,
  });

test("a lost device is shut out at once, and its tokens go in steps", () =>
  withTimers(async () => {
    const ada = await linked(deployment(), "ada");
    const lost = await linkedAgain(ada, "lost");
    await renewedOften(lost);
    const args = { protocol: PROTOCOL, device: "lost" };
    expect(await ada.client.mutation(api.users.revokeDevice, args)).toEqual({ ended: 1 });
    expect((await errorOf(lost.pull())).code).toBe("unauthenticated");
    await settle(ada.t);
    expect(await tokens(ada.t)).toBe(0);
    expect((await ada.pull()).head).toBe(0);
  }));

test("every other session is ended at once", () =>
  withTimers(async () => {
    const ada = await linked(deployment(), "ada");
    const lost = await linkedAgain(ada, "lost");
    await renewedOften(lost);
    const args = { protocol: PROTOCOL };
    expect(await ada.client.mutation(api.users.revokeOthers, args)).toEqual({ ended: 1 });
    expect((await errorOf(lost.pull())).code).toBe("unauthenticated");
    await settle(ada.t);
    expect(await tokens(ada.t)).toBe(0);
  }));

test("whoever signs out is signed out", () =>
  withTimers(async () => {
    const ada = await linked(deployment(), "ada");
    await renewedOften(ada);
    await ada.client.action(api.auth.signOut, {});
    expect((await errorOf(ada.pull())).code).toBe("unauthenticated");
    await settle(ada.t);
    expect(await tokens(ada.t)).toBe(0);
  }));

test("a session that has run out says so", () =>
  withTimers(async () => {
    const ada = await linked(deployment(), "ada");
    const all = await renewedOften(ada);
    await ada.t.run((ctx) => ctx.db.patch(ada.session, { expirationTime: 1 }));
    const refreshToken = `${all.at(-1) ?? ""}|${ada.session}`;
    expect(await ada.t.action(api.auth.signIn, { refreshToken })).toEqual({ tokens: null });
    await settle(ada.t);
    expect(await tokens(ada.t)).toBe(0);
  }));

test("a token that was used long ago ends the session of whoever stole or lost it", () =>
  withTimers(async () => {
    const ada = await linked(deployment(), "ada");
    const all = await renewedOften(ada);
    expect(await refresh(ada, all[17])).toBeNull();
    expect((await errorOf(ada.pull())).code).toBe("unauthenticated");
    expect(await refresh(ada, all.at(-1))).toBeNull();
    await settle(ada.t);
    expect(await tokens(ada.t)).toBe(0);
  }));

test("renewing removes what was used long ago, but not what a lost answer needs", async () => {
  const ada = await linked(deployment(), "ada");
  const all = await renewedOften(ada);
  // The answer to the last renewal was lost, a month ago.
  expect(await refresh(ada, all.at(-2))).toMatchObject({
    refreshToken: `${all.at(-1) ?? ""}|${ada.session}`,
  });
  let next = all.at(-1);
  for (let n = 0; n < 100; n += 1) {
    const pair = await refresh(ada, next);
    next = pair?.refreshToken.split("|")[0] as Id<"authRefreshTokens">;
    expect(next).toBeTruthy();
  }
  // A hundred that were used just now, the one that is next, and none of the old ones.
  expect(await tokens(ada.t)).toBe(101);
  // One that is gone is one that was used.
  expect(await refresh(ada, all[17])).toBeNull();
  expect(await refresh(ada, next)).toBeNull();
});

test("sessions that are over a year old are swept", () =>
  withTimers(async () => {
    const ada = await linked(deployment(), "ada");
    await renewedOften(ada);
    vi.setSystemTime(Date.now() + 367 * DAY_MS);
    expect(await ada.t.mutation(internal.signIn.cleaning.sweepSessions, {})).toBe(1);
    await settle(ada.t);
    expect(await tokens(ada.t)).toBe(0);
  }));

/** Another session of the same person, on another device. */
async function linkedAgain(who: Person, device: string): Promise<Person> {
  const session = await who.t.run((ctx) =>
    ctx.db.insert("authSessions", { userId: who.user, expirationTime: 4e12 }),
  );
  const other = new Person(who.t, who.user, session, device);
  await other.link(device);
  await other.client.mutation(api.users.linkLocalId, {
    protocol: PROTOCOL,
    localId: device,
    deviceName: device,
  });
  return other;
}
