// The inbox: notes, and what this device noticed by itself.

import { App } from "../support/app.js";
import { expect, test } from "../support/test.js";

test("a note is added, read, put away and taken out again", async ({ page, place }) => {
  const app = await App.start(place, "a");
  await app.visit(page, "/inbox");
  await expect(page.getByText("Nothing needs you")).toBeVisible();
  await page.keyboard.press("c");
  await page.getByLabel("What it is about").fill("Ask about the winter timetable");
  await page.getByLabel("The whole of it").fill("Does the second ferry run on Sundays?");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  const row = page.locator("main [data-row]");
  await expect(row).toContainText("Ask about the winter timetable");
  await expect(page.locator("#unread")).toHaveText("1");
  await row.getByText("Ask about the winter timetable").click();
  await expect(page.getByText("Does the second ferry run on Sundays?")).toBeVisible();
  await expect(page.locator("#unread")).toBeHidden();
  await row.focus();
  await page.keyboard.press("e");
  await expect(row).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).first().click();
  await expect(row).toHaveCount(1);
});

test("a comment of another device is noticed, and what is read is read everywhere @days", async ({
  page,
  place,
}) => {
  const remote = ["remote.backend", "sqlite", "remote.path", place.path("shared.db")];
  for (const profile of ["a", "b"]) await place.ok(profile, "config", "set", ...remote);
  const session = (await place.ok("a", "add", "sessions", "name=Shared")).trim();
  await place.ok("a", "sync");
  await place.ok("b", "sync");
  const remark = "body=Have you seen this?";
  await place.ok("b", "add", "comments", remark, "author=Ben", `session=${session}`);
  await place.ok("b", "sync");
  await place.ok("a", "sync");
  const app = await App.start(place, "a");
  await app.visit(page, "/inbox");
  const row = page.locator("main [data-row]", { hasText: "Shared" });
  await row.getByRole("button").nth(1).click();
  await expect(page.getByText("Have you seen this?").first()).toBeVisible();
  await page.getByRole("link", { name: "Open there" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Shared");
});
