// @vitest-environment node
// Holds the patched engine against convex-test as it comes: the same random transactions,
// with rollbacks of parts and of the whole, have to answer alike, byte for byte.

import { expect, test } from "vitest";
import { Deployment } from "./harness.js";

/** As many as reach what they are for: each takes the plain engine longer than the one before. */
const STEPS = 13;

async function play(deployment: Deployment): Promise<string[]> {
  await deployment.order("POST clock", { now: 1_700_000_000_000 });
  const seen: string[] = [];
  for (let step = 1; step <= STEPS; step++) {
    const format = "convex_encoded_json";
    const written = { seed: step * 7919 };
    seen.push((await deployment.call("mutation", "random:step", written, { format })).text);
    const read = { seed: step * 104729 };
    seen.push((await deployment.call("query", "random:read", read, { format })).text);
  }
  return seen.map((text) => text.replace(/\[Request ID: [0-9a-f]+\]/g, ""));
}

test("the patched engine answers as the plain one does", async () => {
  const both = await Promise.all([
    Deployment.start("--engine", "plain", "--show-errors"),
    Deployment.start("--engine", "fast", "--show-errors"),
  ]);
  const [plain = [], fast = []] = await Promise.all(both.map(play));
  expect(fast).toEqual(plain);
  const all = plain.join();
  // The schedule has to reach what it is for.
  expect(
    plain.filter((it) => it.includes("the whole step is rolled back")).length,
  ).toBeGreaterThan(2);
  expect(all.split("a part is rolled back").length).toBeGreaterThan(20);
  expect(plain.filter((it) => it.includes('"success"')).length).toBeGreaterThan(STEPS);
});
