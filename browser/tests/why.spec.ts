// Why a row is as it is: where it stands with the remote, what happened to it, who wrote
// what, and what would help.

import type { Page } from "@playwright/test";
import { App } from "../support/app.js";
import { isAccessible } from "../support/axe.js";
import type { Place } from "../support/place.js";
import { RICH, writeSample } from "../support/sample.js";
import { expect, test } from "../support/test.js";

async function share(place: Place, ...profiles: string[]): Promise<void> {
  const remote = ["remote.backend", "sqlite", "remote.path", place.path("shared.db")];
  for (const profile of profiles) await place.ok(profile, "config", "set", ...remote);
}

/** Opens a session of the list and asks, by keys. */
async function why(page: Page, name: string): Promise<void> {
  await page.getByRole("link", { name }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
  await page.keyboard.press("w");
  await expect(page.getByRole("heading", { name: "What happened" })).toBeVisible();
}

test("a row waits, is sent, and waits once it is changed", async ({ page, place }) => {
  await share(place, "a");
  const app = await App.start(place, "a");
  await app.visit(page, "/sync");
  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByText("Paused. What you write waits here until")).toBeVisible();
  const id = (await place.ok("a", "add", "sessions", "name=Plan")).trim();
  await app.visit(page, "/sessions");
  await why(page, "Plan");
  const standing = page.locator("main .chip").first();
  await expect(standing).toHaveText("waiting");
  await expect(page.getByText("It waits to be sent to sqlite")).toBeVisible();
  const steps = page.getByRole("list").filter({ hasText: "Created on this device: name" });
  await expect(steps).toContainText("Waits to be sent: name");
  await isAccessible(page);

  // A pause is for what goes on by itself, not for who asks.
  await page.getByRole("button", { name: "Sync now" }).click();
  await expect(standing).toHaveText("synced");
  await expect(page.getByText("The remote has it as it is here")).toBeVisible();
  await expect(steps).not.toContainText("Waits to be sent");
  await expect(page.getByRole("button", { name: "Sync now" })).toHaveCount(0);

  await place.ok("a", "set", "sessions", id, "name=Another plan");
  await expect(standing).toHaveText("waiting");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Another plan");
  await isAccessible(page);
});

test("what a transcript said is told from what people did", async ({ page, place }) => {
  await writeSample(place.path("home"));
  await place.import("a");
  const app = await App.start(place, "a");
  await app.visit(page, "/sessions");
  await page.getByRole("link", { name: RICH }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(RICH);
  await page.keyboard.press("i");
  await page.getByLabel("Name").fill("An hour off");
  await page.getByRole("button", { name: "Rename" }).click();
  await expect(page.getByText("Renamed.")).toBeVisible();
  // The way without keys.
  await page.locator("details.actions > summary").click();
  await page.getByRole("link", { name: "Why: where it stands" }).click();
  const steps = page.getByRole("listitem");
  await expect(steps.getByText(/^Read from a transcript of claude-code: /)).toBeVisible();
  await expect(steps.getByText("Written on this device: name")).toBeVisible();
  await expect(page.getByRole("row", { name: /^Name/ })).toContainText(
    /An hour off\s*a person on this device/,
  );
  await expect(page.getByRole("row", { name: /^Cwd/ })).toContainText("a transcript");
});

test("what gave way is told, and is written again from there", async ({ page, place }) => {
  await share(place, "a", "b");
  const id = (await place.ok("a", "add", "sessions", "name=Plan")).trim();
  for (const profile of ["a", "b"]) await place.ok(profile, "sync");
  await place.ok("b", "set", "sessions", id, "name=Plan of one device");
  await place.ok("a", "set", "sessions", id, "name=Plan of the other device");
  for (const profile of ["a", "b"]) await place.ok(profile, "sync");
  const app = await App.start(place, "b");
  await app.visit(page, "/conflicts");
  await page.keyboard.press("j");
  await page.keyboard.press("w");
  const heading = page.getByRole("heading", { level: 1 });
  await expect(heading).toHaveText("Plan of the other device");
  await expect(page.getByRole("heading", { name: "What it was before" })).toBeVisible();
  const lost = page.locator("main [data-row]", { hasText: "Plan of one device" }).first();
  await lost.getByRole("button", { name: "Write it again" }).click();
  await expect(heading).toHaveText("Plan of one device");
});

test("a deleted row says so, and what brings it back", async ({ page, place }) => {
  const id = (await place.ok("a", "add", "sessions", "name=Plan")).trim();
  await place.ok("a", "rm", "sessions", id);
  const app = await App.start(place, "a");
  await app.visit(page, "/trash");
  await page.getByRole("link", { name: "Plan" }).click();
  await expect(page.getByText("it was deleted on this device. It can be")).toBeVisible();
  await expect(page.getByText("Deleted on this device", { exact: true })).toBeVisible();
  await isAccessible(page);
  await page.getByRole("button", { name: "Restore" }).click();
  await expect(page.getByText("Restored.", { exact: true })).toBeVisible();
  await app.visit(page, "/sessions");
  await expect(page.getByRole("link", { name: "Plan" })).toBeVisible();
});

test("who wrote what and what it was before, and back to the row", async ({
  page,
  place,
}) => {
  const id = (await place.ok("a", "add", "sessions", "name=First")).trim();
  await place.ok("a", "set", "sessions", id, "name=Second", "note=Mine");
  const app = await App.start(place, "a");
  await app.visit(page, `/e/sessions/${id}`);
  await page.getByRole("link", { name: "Why" }).click();
  const fields = page.getByRole("region", { name: "Who wrote what" });
  await expect(fields.getByRole("row", { name: /^Name/ })).toContainText("Second");
  await expect(fields.getByRole("row", { name: /^Name/ })).toContainText("this device");
  await expect(fields.getByRole("row", { name: /^Note/ })).toContainText("Mine");
  await page.keyboard.press("o");
  await expect(page).toHaveURL(new RegExp(`/s/${id}$`));
});

test("what is hidden says by what, and comes back from here", async ({ page, place }) => {
  const session = (await place.ok("a", "add", "sessions", "name=Owner")).trim();
  const comment = (
    await place.ok("a", "add", "comments", "body=Mine", `session=${session}`)
  ).trim();
  await place.ok("a", "rm", "sessions", session);
  const app = await App.start(place, "a");
  await app.visit(page, `/why/${comment}`);
  await expect(
    page
      .locator("main")
      .getByText(/Owner|belongs/)
      .first(),
  ).toBeVisible();
  await page.getByRole("button", { name: "Restore what it belongs to" }).click();
  await expect(
    page.getByRole("button", { name: "Restore what it belongs to" }),
  ).toBeHidden();
  expect(await place.json<unknown[]>("a", "list", "comments")).toHaveLength(1);
});
