// Where this device stands with the others: the same words on every page, and a list
// behind every number.

import { mkdir, rm, writeFile } from "node:fs/promises";
import { App } from "../support/app.js";
import type { Place } from "../support/place.js";
import { expect, test } from "../support/test.js";

/** Lets profiles sync with one file. */
async function share(place: Place, ...profiles: string[]): Promise<void> {
  const remote = ["remote.backend", "sqlite", "remote.path", place.path("hub/shared.db")];
  await mkdir(place.path("hub"), { recursive: true });
  for (const profile of profiles) await place.ok(profile, "config", "set", ...remote);
}

test("without a remote everything is here, and nothing nags", async ({ page, place }) => {
  await place.ok("a", "add", "workspaces", "path=/home/ada/harbour");
  const app = await App.start(place, "a");
  await app.visit(page, "/sync");
  const main = page.locator("main");
  await expect(main.locator("[data-state=local]")).toBeVisible();
  await expect(main.getByText("All of it works without")).toBeVisible();
  await expect(main.getByRole("button", { name: "Sync now" })).toHaveCount(0);
  await expect(main.getByRole("row", { name: /^Workspaces/ })).toContainText("1");
});

test("what is paused waits and says so, and going on sends it", async ({ page, place }) => {
  await share(place, "a", "b");
  const app = await App.start(place, "a");
  await app.visit(page, "/sync");
  const main = page.locator("main");
  const waiting = main.locator("dl div", { hasText: "Waiting" });
  await expect(main.locator("[data-state=synced]")).toBeVisible();
  await page.getByRole("button", { name: "Pause" }).click();
  await expect(main.getByText("Paused. What you write waits here")).toBeVisible();
  await expect(page.locator("#sync")).toHaveText("Paused");
  await place.ok("a", "add", "workspaces", "name=Harbour");
  await expect(waiting).toContainText("1 row");
  await expect(page.locator("#sync")).toHaveText("Paused, 1 waiting");
  await expect(main.getByRole("row", { name: /^Workspaces/ })).toContainText("1");
  await page.getByRole("button", { name: "Go on" }).click();
  await expect(waiting).toContainText("0 rows");
  await expect(main.locator("[data-state=synced]")).toBeVisible();

  // And back: what another device sent shows here.
  await place.ok("b", "sync");
  expect(await place.json<unknown[]>("b", "list", "workspaces")).toHaveLength(1);
  await place.ok("b", "add", "inbox", "title=From the other one");
  await place.ok("b", "sync");
  await page.getByRole("button", { name: "Sync now" }).click();
  await expect(main.getByRole("row", { name: /^Inbox/ })).toContainText("1");
  const code = main.locator("dl div", { hasText: "Comparison code" }).locator("code");
  const other = await place.json<{ code: string }>("b", "digest");
  await expect(code).toHaveText(other.code);
});

test("a remote that cannot be used is said on every page, and what waits is safe", async ({
  page,
  place,
}) => {
  await share(place, "a");
  // A file where the folder should be: nothing can be opened below it.
  await rm(place.path("hub"), { recursive: true });
  await writeFile(place.path("hub"), "");
  await place.ok("a", "add", "inbox", "title=Meanwhile");
  const app = await App.start(place, "a");
  await app.visit(page, "/sync");
  const main = page.locator("main");
  const waiting = main.locator("dl div", { hasText: "Waiting" });
  await expect(main.locator(".state")).toHaveAttribute("data-state", "error");
  await expect(main.locator(".state")).toContainText("hub cannot be made a folder");
  await expect(waiting).toContainText("1 row");
  await app.visit(page, "/inbox");
  await expect(page.locator("#sync")).toHaveAttribute("data-state", "error");
  await expect(page.getByText("Meanwhile")).toBeVisible();
  // It goes on as soon as it can.
  await rm(place.path("hub"));
  await mkdir(place.path("hub"));
  await app.visit(page, "/sync");
  await page.getByRole("button", { name: "Sync now" }).click();
  await expect(main.locator(".state")).toHaveAttribute("data-state", "synced");
  await expect(waiting).toContainText("0 rows");
});
