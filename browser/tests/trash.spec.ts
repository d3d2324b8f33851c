// The trash: what was deleted, wherever that was, and the one click that brings it back.

import { App } from "../support/app.js";
import { isAccessible } from "../support/axe.js";
import { RICH, writeSample } from "../support/sample.js";
import { expect, test } from "../support/test.js";

test("a session goes there, and comes back with its words", async ({ page, place }) => {
  await writeSample(place.path("home"));
  await place.import("a");
  const app = await App.start(place, "a");
  await app.visit(page, "/trash");
  await expect(page.getByText("Nothing is deleted.")).toBeVisible();
  await isAccessible(page);

  await app.visit(page, "/sessions");
  const heading = page.getByRole("heading", { level: 1 });
  const session = page.getByRole("link", { name: RICH });
  await session.click();
  await expect(heading).toHaveText(RICH);
  await page.keyboard.press("#");
  await expect(page.getByText("Deleted, with its messages and comments.")).toBeVisible();
  await expect(heading).toHaveText("Sessions");
  await expect(page.locator("main [data-row]")).toHaveCount(9);
  await expect(session).toHaveCount(0);

  await page.getByText("More", { exact: true }).click();
  await page.getByRole("link", { name: "Trash" }).click();
  // The session alone: its messages are no rows of their own here.
  const rows = page.locator("main [data-row]");
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText(RICH);
  await isAccessible(page);
  await rows.getByRole("button", { name: "Restore" }).click();
  await expect(page.getByText("Nothing is deleted.")).toBeVisible();
  for (const key of ["g", "s"]) await page.keyboard.press(key);
  await session.click();
  await expect(page.locator("li.msg--user").first()).toContainText("Find out why");
});

test("several sessions at once, and one of them back", async ({ page, place }) => {
  for (const name of ["One", "Two", "Three"])
    await place.ok("a", "add", "sessions", `name=${name}`);
  const app = await App.start(place, "a");
  await app.visit(page, "/sessions");
  for (const key of ["j", "x", "j", "x"]) await page.keyboard.press(key);
  const selected = page.getByRole("form", { name: "Selected sessions" });
  await selected.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByText("2 sessions deleted.")).toBeVisible();
  await expect(page.locator("main [data-row]")).toHaveCount(1);
  await app.visit(page, "/trash");
  const two = page.locator("main [data-row]", { hasText: "Two" });
  await two.getByRole("button", { name: "Restore" }).click();
  await expect(page.locator("main [data-row]")).toHaveCount(1);
  await expect(two).toHaveCount(0);
  // Restored by mistake: there again.
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText("Deleted.", { exact: true })).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Trash");
  await expect(page.locator("main [data-row]")).toHaveCount(2);
  await expect(two).toHaveCount(1);
});

for (const [screen, title, name, value] of [
  ["/inbox", "Inbox", "Ask about the ferry", "title=Ask about the ferry"],
  ["/workspaces", "Workspaces", "harbour", "path=/home/ada/harbour"],
] as const) {
  test(`${title}: what is deleted on its screen comes back`, async ({ page, place }) => {
    await place.ok("a", "add", title.toLowerCase(), value);
    const app = await App.start(place, "a");
    await app.visit(page, screen);
    const rows = page.locator("main [data-row]");
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("button", { name: "Delete" })).toBeVisible();
    await page.keyboard.press("#");
    await expect(page.getByText("Deleted.")).toBeVisible();
    await expect(page).toHaveURL(new RegExp(`${screen}$`));
    await expect(rows).toHaveCount(0);
    await app.visit(page, "/trash");
    await expect(rows).toContainText(title);
    await rows.getByRole("button", { name: "Restore" }).click();
    await expect(page.getByText("Nothing is deleted.")).toBeVisible();
    await app.visit(page, screen);
    await expect(rows).toContainText(name);
  });
}

test("the page of a deleted workspace is the way back", async ({ page, place }) => {
  const id = (await place.ok("a", "add", "workspaces", "path=/home/ada/harbour")).trim();
  await place.ok("a", "rm", "workspaces", id);
  const app = await App.start(place, "a");
  await app.visit(page, `/workspaces/${id}`);
  await expect(page.getByText("This workspace is deleted.")).toBeVisible();
  await isAccessible(page);
  await page.getByRole("button", { name: "Restore" }).click();
  await expect(page.getByLabel("Where it is on this device")).toBeVisible();
});

test("what another device deleted is restored for both @days", async ({ page, place }) => {
  const remote = ["remote.backend", "sqlite", "remote.path", place.path("shared.db")];
  for (const profile of ["a", "b"]) await place.ok(profile, "config", "set", ...remote);
  const id = (await place.ok("b", "add", "sessions", "name=Shared")).trim();
  await place.ok("b", "sync");
  const app = await App.start(place, "a");
  await app.visit(page, "/trash");
  await place.ok("b", "rm", "sessions", id);
  await place.ok("b", "sync");
  await place.ok("a", "sync");
  const row = page.locator("main [data-row]", { hasText: "Shared" });
  await row.getByRole("button", { name: "Restore" }).click();
  await expect(page.getByText("Nothing is deleted.")).toBeVisible();
  await place.ok("a", "sync");
  await place.ok("b", "sync");
  expect(await place.json("b", "list", "sessions")).toMatchObject([{ name: "Shared" }]);
});
