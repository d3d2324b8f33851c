// The connect page: a place is tried out, what a merge would do is shown, and only then
// something is sent.

import type { Locator, Page } from "@playwright/test";
import { App } from "../support/app.js";
import { isAccessible } from "../support/axe.js";
import { expect, test } from "../support/test.js";

/** The part of the page about a backend. */
function part(page: Page, name: string): Locator {
  return page.getByRole("region", { name: new RegExp(`^${name}`) });
}

test("a file is connected, looked at, agreed to and left", async ({
  page,
  place,
  watch,
}) => {
  // A form that lacks something is sent back.
  watch.allow(/status of 422 .*\/action\/connect\/sqlite/);
  await place.ok("there", "add", "sessions", "name=There");
  await place.ok("there", "connect", "sqlite", `path=${place.path("shared.db")}`, "--yes");
  await place.ok("here", "add", "sessions", "name=Here");
  const app = await App.start(place, "here");
  await app.visit(page, "/connect");
  await isAccessible(page);
  const sqlite = part(page, "Sqlite");
  await sqlite.getByRole("button", { name: "Test, then look" }).click();
  await expect(sqlite.getByText("It needs")).toBeVisible();
  await sqlite.getByLabel("Path").fill(place.path("shared.db"));
  await sqlite.getByRole("button", { name: "Test, then look" }).click();
  const row = page.getByRole("row", { name: /^Sessions/ });
  await expect(row).toHaveText(/Sessions\s*1\s*1\s*0\s*0\s*0\s*0/);
  await isAccessible(page);
  await page.getByRole("button", { name: "Copy everything, then merge" }).click();
  await expect(page.getByText("1 row received, 1 sent")).toBeVisible();
  await expect(page.getByText("in use")).toBeVisible();
  const rows = await place.json<{ name: string }[]>("here", "list", "sessions");
  expect(rows.map((it) => it.name).sort()).toEqual(["Here", "There"]);
  await page.getByRole("button", { name: "Disconnect" }).click();
  await expect(page.getByText("Everything is on this device alone.")).toBeVisible();
});

test("a place that is none is said, and the config stays as it was", async ({
  page,
  place,
}) => {
  await place.ok("a", "add", "sessions", "name=One");
  const app = await App.start(place, "a");
  await app.visit(page, "/connect");
  const sqlite = part(page, "Sqlite");
  await sqlite.getByLabel("Path").fill(place.path("a", "driftline.db"));
  await sqlite.getByRole("button", { name: "Test only" }).click();
  await expect(
    page.getByRole("alert").getByText("the database of this profile"),
  ).toBeVisible();
  await expect(page.getByText("Everything is on this device alone.")).toBeVisible();
});
