// What changes elsewhere shows in an open page by itself.

import { App } from "../support/app.js";
import { expect, test } from "../support/test.js";
import { Transcript } from "../support/transcript.js";

test("what a command writes shows in every open page", async ({
  browser,
  context,
  page,
  place,
}) => {
  const app = await App.start(place, "a");
  await app.visit(page, "/e/sessions");
  const tab = await context.newPage();
  await app.visit(tab, "/e/sessions");
  const other = await browser.newContext();
  const theirs = await other.newPage();
  await app.visit(theirs, "/e/sessions");
  await place.ok("a", "add", "sessions", "name=Written meanwhile");
  // One tab of a browser listens for all of them.
  for (const it of [page, tab, theirs]) {
    await it.bringToFront();
    await expect(it.getByRole("link", { name: "Written meanwhile" })).toBeVisible();
  }
  await other.close();
});

test("transcripts show as they are written", async ({ page, place }) => {
  const session = new Transcript({ number: 1 }).prompt("Count the boats in the harbour");
  await session.write(place.path("home"));
  const app = await App.start(place, "a");
  await app.visit(page, "/e/sessions");
  await expect(
    page.getByRole("link", { name: "Count the boats in the harbour" }),
  ).toBeVisible();
  await new Transcript({ number: 2 })
    .prompt("Paint the lighthouse")
    .write(place.path("home"));
  await expect(page.getByRole("link", { name: "Paint the lighthouse" })).toBeVisible();
});

test("what another device writes shows when it is synced", async ({ page, place }) => {
  const remote = ["remote.backend", "sqlite", "remote.path", place.path("shared.db")];
  for (const profile of ["a", "b"]) await place.ok(profile, "config", "set", ...remote);
  const app = await App.start(place, "a");
  await app.visit(page, "/e/sessions");
  await place.ok("b", "add", "sessions", "name=From the other device");
  await place.ok("b", "sync");
  await place.ok("a", "sync");
  await expect(page.getByRole("link", { name: "From the other device" })).toBeVisible();
});
