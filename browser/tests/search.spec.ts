// Search as you type.

import { App, isThere } from "../support/app.js";
import { RICH, writeSample } from "../support/sample.js";
import { expect, test } from "../support/test.js";

test.beforeEach(async ({ place }) => {
  await writeSample(place.path("home"));
  await place.import("a");
});

test("finds while it is typed, and says where", async ({ page, place }) => {
  const app = await App.start(place, "a");
  await app.visit(page, "/search");
  const box = page.getByRole("searchbox");
  await expect(box).toBeFocused();
  await box.pressSequentially("daylight savi");
  const hits = page.locator("main [data-row]");
  await expect(hits.first()).toContainText("daylight saving");
  await expect(hits.first().locator("mark").first()).toHaveText(/daylight/i);
  await expect(page.getByRole("heading", { level: 2, name: RICH })).toBeVisible();
  // What is typed stays, and the address says it.
  await expect(box).toHaveValue("daylight savi");
  await expect(box).toBeFocused();
  await expect(page).toHaveURL(/q=daylight(\+|%20)savi/);
  await page.reload();
  await isThere(page);
  await expect(box).toHaveValue("daylight savi");
  await expect(hits.first()).toContainText("daylight saving");
});

test("a hit opens the fold that it lies in", async ({ page, place }) => {
  const app = await App.start(place, "a");
  await app.visit(page, `/search?q=${encodeURIComponent("in:output berths/plan.rs")}`);
  await page.locator("main [data-row] a").first().click();
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByText("berths/plan.rs:31").first()).toBeVisible();
});

test("narrows, and says which word is to blame", async ({ page, place }) => {
  const app = await App.start(place, "a");
  const main = page.locator("main");
  await app.visit(page, "/search?q=harbour%20zeppelin");
  await expect(main.getByText("Nothing was found")).toBeVisible();
  await expect(main.locator("mark", { hasText: "zeppelin" })).toBeVisible();
  await main.getByRole("link", { name: "Search without it" }).click();
  await expect(page.getByRole("searchbox")).toHaveValue("harbour");
  await expect(main.locator("[data-row]").first()).toBeVisible();
  // A key that there is not is no word that is found nowhere.
  await app.visit(page, "/search?q=colour:red");
  await expect(main.getByText("colour").first()).toBeVisible();
  await expect(main.getByText("workspace").first()).toBeVisible();
});
