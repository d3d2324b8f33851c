// The settings page: what a person has made there, and what they keep on this device.

import { readFile, stat } from "node:fs/promises";
import { App } from "../support/app.js";
import { isAccessible } from "../support/axe.js";
import { expect, test } from "../support/test.js";

test("makes a backup and lists it", async ({ page, place }) => {
  await place.ok("a", "add", "workspaces", "path=/home/ada/harbour");
  const app = await App.start(place, "a");
  await app.visit(page, "/settings");
  const backups = page.getByRole("region", { name: "Backups" });
  await expect(backups.getByText("None was made yet.")).toBeVisible();
  await backups.getByRole("button", { name: "Make a backup now" }).click();
  await expect(page.getByText(/^Everything is copied to/)).toBeVisible();
  const made = backups.getByRole("listitem");
  await expect(made).toHaveCount(1);
  await expect(made).toContainText(/kB|MB/);
  const path = await made.locator("code").innerText();
  expect((await stat(path)).size).toBeGreaterThan(0);
  await isAccessible(page);
  const listed = await place.json<{ path: string }[]>("a", "backup", "list");
  expect(listed.map((it) => it.path)).toEqual([path]);
});

test("keeps a folder on this device, and lets it go again", async ({
  page,
  place,
  watch,
}) => {
  watch.allow(/status of 422/);
  await place.ok("a", "config", "set", "sync.debounce", "3s");
  const file = place.path("a", "driftline.toml");
  const before = await readFile(file, "utf8");
  const app = await App.start(place, "a");
  await app.visit(page, "/settings");
  const part = page.getByRole("region", { name: "What is never synced" });
  await expect(part.getByText("Nothing is excluded.")).toBeVisible();
  const box = part.getByLabel("Keep on this device");
  await box.fill("secret");
  await part.getByRole("button", { name: "Exclude", exact: true }).click();
  await expect(part.getByText(/means nothing here; write a folder/)).toBeVisible();
  expect(await readFile(file, "utf8")).toBe(before);

  await box.fill("/home/ada/tax");
  await part.getByRole("button", { name: "Exclude", exact: true }).click();
  await expect(part.getByRole("listitem")).toContainText("/home/ada/tax");
  await expect(box).toHaveValue("");
  expect(await readFile(file, "utf8")).toContain('exclude = ["/home/ada/tax"]');
  await isAccessible(page);

  await part.getByRole("button", { name: "Sync again: /home/ada/tax" }).click();
  await expect(part.getByText("Nothing is excluded.")).toBeVisible();
  // Done by mistake: back again.
  await page.getByRole("button", { name: "Undo" }).last().click();
  await expect(part.getByRole("listitem")).toContainText("/home/ada/tax");
});
