// Workspaces: the folders that sessions began in, and what a person says of them.

import { App } from "../support/app.js";
import { writeSample } from "../support/sample.js";
import { expect, test } from "../support/test.js";

test("folders of an import are listed, pinned first, and lead to their sessions", async ({
  page,
  place,
}) => {
  await writeSample(place.path("home"));
  await place.import("a");
  const app = await App.start(place, "a");
  await app.visit(page, "/workspaces");
  const rows = page.locator("main [data-row]");
  await expect(rows).toHaveCount(3);
  const site = rows.filter({ hasText: "website" });
  await expect(site).toContainText("2 sessions");
  await site.getByRole("link").focus();
  await page.keyboard.press("s");
  await expect(rows.first()).toContainText("website");
  await expect(rows.first().getByText("Pinned")).toBeAttached();
  // From here by keys alone: to the workspace, and on to its first session.
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("website");
  await expect(page.getByText("/home/ada/projects/website").first()).toBeVisible();
  await expect(rows).toHaveCount(2);
  await page.keyboard.press("j");
  await expect(rows.first()).toBeFocused();
  const name = await rows.first().getByRole("link").innerText();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
});

test("a name and a place on this device are kept, and it is put away and taken out", async ({
  page,
  place,
}) => {
  await place.ok("a", "add", "workspaces", "path=/home/ada/harbour");
  const app = await App.start(place, "a");
  await app.visit(page, "/workspaces");
  await page.getByRole("link", { name: "harbour" }).click();
  await page.getByLabel("Name", { exact: true }).fill("The harbour");
  await page.getByLabel("Where it is on this device").fill("/srv/harbour");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("The harbour");
  const [row] = await place.json<{ name: string; here: string }[]>(
    "a",
    "list",
    "workspaces",
  );
  expect(row).toMatchObject({ name: "The harbour", here: "/srv/harbour" });

  await page.getByRole("button", { name: "Archive" }).click();
  await expect(page.getByRole("button", { name: "Take out again" })).toBeVisible();
  await page.getByRole("link", { name: "Workspaces" }).first().click();
  const rows = page.locator("main [data-row]");
  await expect(rows).toHaveCount(0);
  await page.getByRole("link", { name: "1 archived" }).click();
  await expect(rows).toContainText("The harbour");
});

test("where there are none, it says where they come from and looks", async ({
  page,
  place,
}) => {
  const app = await App.start(place, "a");
  await app.visit(page, "/workspaces");
  await expect(page.getByText("No workspace is here yet")).toBeVisible();
  await writeSample(place.path("home"));
  await page.getByRole("button", { name: "Look for transcripts" }).click();
  await expect(page.locator("main [data-row]")).toHaveCount(3);
});
