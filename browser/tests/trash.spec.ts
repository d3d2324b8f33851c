// What is deleted, of any entity, and the way back.

import { App, isThere } from "../support/app.js";
import { isAccessible } from "../support/axe.js";
import { expect, test } from "../support/test.js";

test("what is deleted anywhere is here, latest first, and comes back by a click", async ({
  page,
  place,
}) => {
  const session = (await place.ok("a", "add", "sessions", "name=Tides")).trim();
  await place.ok("a", "add", "comments", "body=Keep this", `session=${session}`);
  const note = (await place.ok("a", "add", "inbox", "title=Ask the pilot")).trim();
  const app = await App.start(place, "a");
  await app.visit(page, "/trash");
  await expect(page.getByText("Nothing is deleted.")).toBeVisible();
  await place.ok("a", "rm", "inbox", note);
  const rows = page.locator("main [data-row]");
  await expect(rows).toHaveText([/Ask the pilot.*Inbox/]);

  await app.visit(page, `/s/${session}`);
  await page.keyboard.press("#");
  await expect(page.getByRole("button", { name: "Undo" })).toBeVisible();
  await app.visit(page, "/trash");
  // Its comment is hidden with it, and is no row of its own here.
  await expect(rows).toHaveText([/Tides.*Sessions/, /Ask the pilot/]);
  await expect(page.getByText("2 rows")).toBeVisible();
  await isAccessible(page);

  await rows.first().getByRole("button", { name: "Restore" }).click();
  await expect(rows).toHaveText([/Ask the pilot/]);
  await rows.first().getByRole("button", { name: "Restore" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByText("Nothing is deleted.")).toBeVisible();
  await app.visit(page, `/s/${session}`);
  await expect(page.getByText("Keep this")).toBeVisible();
});

test("a deleted row says why from here", async ({ page, place }) => {
  const id = (await place.ok("a", "add", "workspaces", "name=Harbour")).trim();
  await place.ok("a", "rm", "workspaces", id);
  const app = await App.start(place, "a");
  await app.visit(page, "/");
  await page.getByText("More", { exact: true }).click();
  await page.getByRole("link", { name: "Trash" }).click();
  await page.getByRole("link", { name: "Harbour" }).click();
  await isThere(page);
  await expect(page.locator("main .chip").first()).toHaveText("local");
  await page.getByRole("button", { name: "Restore" }).click();
  await app.visit(page, "/workspaces");
  await expect(page.getByRole("link", { name: "Harbour" })).toBeVisible();
});
