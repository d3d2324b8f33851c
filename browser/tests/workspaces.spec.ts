// Workspaces: the folders that the conversations were about, their names and places.

import { App } from "../support/app.js";
import { isAccessible } from "../support/axe.js";
import { RICH, writeSample } from "../support/sample.js";
import { expect, test } from "../support/test.js";

const HARBOUR = "/home/ada/projects/harbour";

test("lists the folders of an import, and leads on by keys", async ({ page, place }) => {
  await writeSample(place.path("home"));
  await place.import("a");
  const app = await App.start(place, "a");
  await app.visit(page, "/");
  for (const key of ["g", "w"]) await page.keyboard.press(key);
  const heading = page.getByRole("heading", { level: 1 });
  await expect(heading).toHaveText("Workspaces");
  // Where something happened last comes first.
  const rows = page.locator("main [data-row]");
  await expect(rows.locator("strong")).toHaveText(["harbour", "notes", "website"]);
  await expect(rows.first()).toContainText(HARBOUR);
  await expect(rows.first()).toContainText("6 sessions");
  await isAccessible(page);

  for (const key of ["j", "j", "k"]) await page.keyboard.press(key);
  await expect(rows.first()).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(heading).toHaveText("harbour");
  await expect(page.getByText(`${HARBOUR} 6`)).toBeVisible();
  await expect(rows).toHaveCount(6);
  await isAccessible(page);

  // Into its newest session, and from there back to it.
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await expect(heading).toHaveText(RICH);
  await page.getByRole("link", { name: "harbour", exact: true }).click();
  await expect(heading).toHaveText("harbour");
});

test("a name is for every device, a place for this one", async ({ page, place }) => {
  const remote = ["remote.backend", "sqlite", "remote.path", place.path("shared.db")];
  for (const profile of ["a", "b"]) await place.ok(profile, "config", "set", ...remote);
  await place.ok("a", "add", "workspaces", `path=${HARBOUR}`);
  const app = await App.start(place, "a");
  await app.visit(page, "/workspaces");
  const heading = page.getByRole("heading", { level: 1 });
  await page.getByRole("link", { name: "harbour" }).click();
  await expect(heading).toHaveText("harbour");
  await page.keyboard.press("i");
  await expect(page.getByLabel("Name")).toBeFocused();
  await page.keyboard.type("Harbour office");
  await page.getByLabel("Where it is on this device").fill("/srv/harbour");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
  await expect(heading).toHaveText("Harbour office");

  await expect(page.getByLabel("Where it is on this device")).toHaveValue("/srv/harbour");
  await page.getByRole("link", { name: "Workspaces", exact: true }).first().click();
  const row = page.locator("main [data-row]", { hasText: "Harbour office" });
  await expect(row).toContainText("/srv/harbour");

  await place.ok("a", "sync");
  await place.ok("b", "sync");
  const there = await App.start(place, "b");
  const other = await page.context().newPage();
  await there.visit(other, "/workspaces");
  await other.getByRole("link", { name: "Harbour office" }).click();
  await expect(other.getByLabel("Name")).toHaveValue("Harbour office");
  await expect(other.getByLabel("Where it is on this device")).toHaveValue("");
  // Without a name, it is called like the folder.
  await other.getByLabel("Name").clear();
  await other.getByRole("button", { name: "Save" }).click();
  await expect(other.getByRole("heading", { level: 1 })).toHaveText("harbour");
});

test("one is kept on top, another put away and taken out", async ({ page, place }) => {
  for (const name of ["atlas", "boats", "charts"])
    await place.ok("a", "add", "workspaces", `path=/home/ada/${name}`);
  const app = await App.start(place, "a");
  await app.visit(page, "/workspaces");
  const names = page.locator("main [data-row] strong");
  await expect(names).toHaveText(["atlas", "boats", "charts"]);
  for (const key of ["j", "j", "j", "s"]) await page.keyboard.press(key);
  await expect(names).toHaveText(["charts", "atlas", "boats"]);

  await page.getByRole("link", { name: "boats" }).click();
  await page.getByRole("button", { name: "Archive" }).click();
  await expect(page.getByRole("button", { name: "Take out again" })).toBeVisible();
  await page.getByRole("link", { name: "Workspaces", exact: true }).last().click();
  await expect(names).toHaveText(["charts", "atlas"]);
  await page.getByRole("link", { name: "1 archived" }).click();
  await expect(names).toHaveText(["charts", "atlas", "boats"]);
  await page.getByRole("link", { name: "boats" }).click();
  await expect(page.getByRole("button", { name: "Take out again" })).toBeVisible();
  await page.keyboard.press("e");
  await expect(page.getByRole("button", { name: "Archive" })).toBeVisible();
  for (const key of ["g", "w"]) await page.keyboard.press(key);
  await expect(names).toHaveText(["charts", "atlas", "boats"]);
  await expect(page.getByRole("link", { name: "1 archived" })).toHaveCount(0);
});

test("says what brings the first one here", async ({ page, place }) => {
  const app = await App.start(place, "a");
  await app.visit(page, "/workspaces");
  const empty = page.getByText("No workspace is here yet.");
  await expect(empty).toBeVisible();
  // There is nothing to find yet; what is written later is found by itself.
  await page.getByRole("button", { name: "Look for transcripts" }).click();
  await expect(empty).toBeVisible();
  await writeSample(place.path("home"));
  await expect(page.getByRole("link", { name: "website" })).toBeVisible();
});
