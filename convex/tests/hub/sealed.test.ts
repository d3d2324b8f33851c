// @vitest-environment edge-runtime
/** An account whose values only its devices can read: it is named after their key. */
import { expect, test } from "vitest";
import { api } from "../../functions/_generated/api.js";
import { born, cell, deployment, errorOf, linked, type Person } from "./fixture.js";
import { PROTOCOL } from "../../functions/hub/errors.js";

const KEY = "0123456789abcdef";
const seal = (who: Person, key = KEY) =>
  who.client.mutation(api.users.sealAccount, { protocol: PROTOCOL, key });

test("an account that never had a row is named after a key, once", async () => {
  const ada = await linked(deployment(), "ada");
  const sealed = await seal(ada);
  expect(sealed.account).toMatch(/^[0-9a-f]{32}\.0123456789abcdef$/);
  expect(sealed).toMatchObject({ epoch: ada.epoch, person: "github:account of ada" });
  expect(await seal(ada)).toEqual(sealed);
  expect(await seal(ada, "f".repeat(16))).toEqual(sealed);
  expect((await ada.pull()).identity).toEqual(sealed);
  // Whoever has heard the former name means another account.
  const push = ada.push(born("sessions", 1, [cell("name", "in clear")]));
  expect((await errorOf(push)).code).toBe("moved");
});

test("an account that has a row stays as it is", async () => {
  const ada = await linked(deployment(), "ada");
  await ada.give(born("sessions", 1, [cell("name", "in clear")]));
  expect((await seal(ada)).account).toBe(ada.account);
});

test("what a key is called is not anything", async () => {
  const ada = await linked(deployment(), "ada");
  for (const key of [
    "",
    "0".repeat(15),
    "0".repeat(17),
    "G".repeat(16),
    "../..".repeat(4),
  ]) {
    expect((await errorOf(seal(ada, key))).code).toBe("bad_request");
  }
});

test("rows fold by what their sealed keys have in common", async () => {
  const ada = await linked(deployment(), "ada");
  Object.assign(ada, await seal(ada));
  const name = (hash: string, rest: string) =>
    cell("name", `~1.${hash.repeat(43)}.${rest}`);
  const { recorded } = await ada.give(
    born("sessions", 1, [name("a", "one")]),
    born("sessions", 2, [name("b", "two")]),
    born("sessions", 3, [name("a", "three")]),
  );
  expect(recorded).toHaveLength(1);
});
