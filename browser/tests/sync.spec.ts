// The sync page: where this device stands with the others, what waits, and what a person
// can do about it.

import { mkdir, rm, writeFile } from "node:fs/promises";
import { App } from "../support/app.js";
import { isAccessible } from "../support/axe.js";
import type { Place } from "../support/place.js";
import { expect, test } from "../support/test.js";
import { Transcript } from "../support/transcript.js";

/** Names a file as the remote of these profiles. */
async function share(place: Place, file: string, ...profiles: string[]): Promise<void> {
  const remote = ["remote.backend", "sqlite", "remote.path", place.path(file)];
  for (const profile of profiles) await place.ok(profile, "config", "set", ...remote);
}

test("alone it says so, until a remote is named", async ({ page, place }) => {
  await place.ok("a", "add", "sessions", "name=One");
  const app = await App.start(place, "a");
  await app.visit(page, "/");
  const indicator = page.locator("#sync");
  await expect(indicator).toHaveText("On this device");
  await indicator.click();
  await expect(page.getByText("No sync is set up.")).toBeVisible();
  await expect(page.getByRole("main").getByRole("link", { name: "Connect" })).toBeVisible();
  await isAccessible(page);
  await share(place, "shared.db", "a");
  await expect(page.getByText("Synced with sqlite")).toBeVisible();
});

test("what is written during a pause waits", async ({ page, place }) => {
  await share(place, "shared.db", "a", "b");
  const app = await App.start(place, "a");
  await app.visit(page, "/sync");
  const indicator = page.locator("#sync");
  await expect(indicator).toHaveText(/^Synced/);
  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByText("Paused. What you write waits here until")).toBeVisible();

  await place.ok("a", "add", "sessions", "name=One");
  await expect(page.getByText("1 change waits here; nothing is lost.")).toBeVisible();
  await expect(indicator).toHaveText("Paused, 1 waiting");
  const sessions = page.getByRole("row", { name: /^Sessions/ });
  await expect(sessions).toContainText(/1\s*1\s*equal$/);
  await page.getByRole("button", { name: "Sync now" }).click();
  await expect(indicator).toHaveText("Paused");
  await expect(sessions).toContainText(/1\s*0\s*equal$/);
  // Once was once.
  await place.ok("a", "add", "sessions", "name=Two");
  await expect(indicator).toHaveText("Paused, 1 waiting");
  await page.getByRole("button", { name: "Go on" }).click();
  await expect(indicator).toHaveText(/^Synced/);
  await place.ok("b", "sync");
  expect(await place.json("b", "list", "sessions")).toHaveLength(2);
});

test("rows of other devices come, and codes are equal", async ({ page, place }) => {
  await share(place, "shared.db", "a", "b");
  const app = await App.start(place, "a");
  await app.visit(page, "/sync");
  const sessions = page.getByRole("row", { name: /^Sessions/ });
  await expect(sessions).toContainText(/0\s*0\s*equal$/);
  await place.ok("b", "add", "sessions", "name=From the other device");
  const said = await place.ok("b", "sync");
  await page.getByRole("button", { name: "Sync now" }).click();
  await expect(sessions).toContainText(/1\s*0\s*equal$/);
  const code = /Code ([0-9A-Z]{4}-[0-9A-Z]{4})/.exec(said)?.[1] ?? "no code";
  await expect(page.getByText(code)).toBeVisible();
  await sessions.getByRole("link", { name: /^Sessions/ }).click();
  await expect(page.getByRole("link", { name: "From the other device" })).toBeVisible();
});

test("another remote than before gets nothing", async ({ page, place }) => {
  await share(place, "shared.db", "a");
  const app = await App.start(place, "a");
  await app.visit(page, "/sync");
  await expect(page.locator("#sync")).toHaveText(/^Synced/);
  await share(place, "other.db", "a");
  await expect(page.getByText("nothing was sent or changed")).toBeVisible();
  await expect(page.getByText(/^put the old remote back/)).toBeVisible();
  await expect(page.locator("#sync")).toHaveText("Needs you");
  await place.ok("a", "add", "sessions", "name=Meanwhile");
  await expect(page.getByText("1 change waits here; nothing is lost.")).toBeVisible();
  await isAccessible(page);
  await share(place, "shared.db", "a");
  await expect(page.locator("#sync")).toHaveText(/^Synced/);
});

test("a remote that cannot be used is said on every page, and what waits is safe", async ({
  page,
  place,
}) => {
  await share(place, "hub/shared.db", "a");
  // A file where the folder should be: nothing can be opened below it.
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

test("a row that no remote takes is set aside with the reason", async ({ page, place }) => {
  // 17 results of 4 MiB in one record: more than the 64 MiB that a row may have.
  const home = place.path("home");
  const big = new Transcript({ number: 1 }).prompt("Short");
  const content = await big.beside(home, "b1.txt", "x".repeat(4 << 20));
  const result = { type: "tool_result", tool_use_id: "t", content };
  await big.prompt(Array.from({ length: 17 }, () => result)).write(home);
  await place.import("a");
  await share(place, "shared.db", "a");
  const app = await App.start(place, "a");
  await app.visit(page, "/sync");
  await expect(page.locator("#sync")).toHaveText("Needs you: 1");
  await expect(page.getByText("1 row was refused and is set aside")).toBeVisible();
  const row = page.locator("main [data-row]");
  await expect(row).toContainText(/too large: about \d+ kB, and the remote takes \d+ kB/);
  await isAccessible(page);
  // The inbox tells of it, too, and leads to what would help.
  for (const key of ["g", "i"]) await page.keyboard.press(key);
  await row.getByRole("button", { name: /^Refused/ }).click();
  await page.getByRole("link", { name: "Why" }).click();
  await expect(page.getByText(/does not take it: too large/)).toBeVisible();
  await page.getByRole("button", { name: "Send it again" }).click();
  await expect(page.getByText("1 row is sent again.")).toBeVisible();
  // It is as large as before.
  await expect(page.getByText(/does not take it: too large/)).toBeVisible();
  await expect(page.locator("#sync")).toHaveText("Needs you: 1");
});

/** What a person should not have written. */
const KEY = `ghp_${"a1B2c3".repeat(6)}`;

test("what looks like a secret is held until its owner decides", async ({
  page,
  place,
}) => {
  await share(place, "shared.db", "a", "b");
  await place.ok("a", "sync");
  await place.ok("a", "add", "inbox", "title=Deploy", `body=use ${KEY} here`);
  const app = await App.start(place, "a");
  await app.visit(page, "/inbox");
  await page.getByText(/^Held: a likely secret in inbox/).click();
  await page.getByRole("link", { name: "Decide" }).click();
  const held = page.getByRole("region", { name: "Held" });
  const row = held.getByRole("listitem");
  await expect(row).toContainText("use [secret: github-token] here");
  await expect(page.getByText(KEY)).toHaveCount(0);
  await isAccessible(page);

  await held.getByRole("button", { name: "Keep here: Deploy" }).click();
  await expect(row).toContainText("kept here");
  await page.getByRole("button", { name: "Undo" }).last().click();
  await expect(row).not.toContainText("kept here");
  await held.getByRole("button", { name: "Replace it: Deploy" }).click();
  await expect(held).toHaveCount(0);

  await expect(async () => {
    await place.ok("b", "sync");
    const rows = await place.json<{ body: string | null }[]>("b", "list", "inbox");
    expect(rows.map((it) => it.body)).toContain("use [secret: github-token] here");
  }).toPass();
});
