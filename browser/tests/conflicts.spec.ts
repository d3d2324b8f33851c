// Values that gave way, rows that were folded, and why a row is as it is.

import type { Place } from "../support/place.js";
import { App } from "../support/app.js";
import { expect, test } from "../support/test.js";

test.beforeEach(async ({ place }) => {
  const remote = ["remote.backend", "sqlite", "remote.path", place.path("shared.db")];
  for (const profile of ["a", "b"]) await place.ok(profile, "config", "set", ...remote);
});

/** Syncs the profiles in this order. */
async function sync(place: Place, ...profiles: string[]): Promise<void> {
  for (const profile of profiles) await place.ok(profile, "sync");
}

test("both sides are shown, and one click writes the other one again", async ({
  page,
  place,
}) => {
  const id = (await place.ok("a", "add", "sessions", "name=Plan")).trim();
  await sync(place, "a", "b");
  await place.ok("b", "set", "sessions", id, "name=Plan of the first device");
  await place.ok("a", "set", "sessions", id, "name=Plan of the second device");
  await sync(place, "a", "b");
  const app = await App.start(place, "b");
  await app.visit(page, "/conflicts");
  const row = page.locator("main [data-row]");
  await expect(row).toContainText("Plan of the first device");
  await expect(row).toContainText("Plan of the second device");
  await row.getByRole("button", { name: "Write it again" }).click();
  await expect(page.getByText("Name is as it was.")).toBeVisible();
  const name = async () => (await place.json<object[]>("b", "list", "sessions"))[0];
  expect(await name()).toMatchObject({ name: "Plan of the first device" });
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(name).toMatchObject({ name: "Plan of the second device" });
});

test("two rows that were folded are taken apart", async ({ page, place }) => {
  await place.ok("a", "add", "workspaces", "path=/home/ada/notes");
  await place.ok("b", "add", "workspaces", "path=/home/ada/notes");
  await sync(place, "a", "b", "a");
  const app = await App.start(place, "a");
  await app.visit(page, "/conflicts");
  await expect(page.getByText("Made on several devices")).toBeVisible();
  const member = page.locator("details.member").last();
  await member.locator("summary").click();
  await member.getByLabel("Path").fill("/home/ada/other-notes");
  await member.getByRole("button", { name: "Take it apart" }).click();
  await expect(page.getByText(/Taken apart/).first()).toBeVisible();
  expect(await place.json<unknown[]>("a", "list", "workspaces")).toHaveLength(2);
});

test("a row tells where it stands", async ({ page, place }) => {
  const id = (await place.ok("a", "add", "sessions", "name=Told")).trim();
  const app = await App.start(place, "a");
  await app.visit(page, `/e/sessions/${id}`);
  await app.visit(page, `/why/${id}`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Told");
  await expect(page.getByText("What happened")).toBeVisible();
  await sync(place, "a");
  await expect(page.locator("main .chip").first()).toHaveText(/synced/i);
});
