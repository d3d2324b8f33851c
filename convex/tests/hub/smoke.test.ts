// @vitest-environment edge-runtime
import { expect, test } from "vitest";
import { born, cell, deployment, linked } from "./fixture.js";

test("a row comes back as it went", async () => {
  const ada = await linked(deployment());
  const a = await ada.give(born("sessions", 1, [cell("name", "Parser"), cell("pinned", true)]));
  expect(a.head).toBe(1);
  console.log(JSON.stringify(a), JSON.stringify(await ada.pull()));
});
