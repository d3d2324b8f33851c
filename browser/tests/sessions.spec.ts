// The list of sessions.

import { App } from "../support/app.js";
import { RICH, writeSample } from "../support/sample.js";
import { expect, test } from "../support/test.js";

const PLAN = "Plan the importer for berth lists";

test("newest first, pinned before them, and what is unread is marked @days", async ({
  page,
  place,
}) => {
  await writeSample(place.path("home"));
  await place.import("a");
  const app = await App.start(place, "a");
  await app.visit(page, "/sessions");
  const rows = page.locator("main [data-row]");
  await expect(rows).toHaveCount(10);
  await expect(rows.first()).toContainText(RICH);
  await expect(rows.first()).toContainText("harbour");
  await expect(rows.first()).toContainText("opus");
  const plan = rows.filter({ hasText: PLAN });
  // A key without a row that has the focus does nothing to any row.
  await page.keyboard.press("s");
  await plan.getByRole("link").first().focus();
  await page.keyboard.press("s");
  await expect(rows.first()).toContainText(PLAN);
  await expect(rows.nth(1)).toContainText(RICH);
  await expect(rows.nth(1)).toHaveClass(/row--unread/);
  // Older than a week: it was there before anybody looked.
  await expect(plan).not.toHaveClass(/row--unread/);
});

test("what is put away by a key hands the focus on to what follows it", async ({
  page,
  place,
}) => {
  await writeSample(place.path("home"));
  await place.import("a");
  const app = await App.start(place, "a");
  await app.visit(page, "/sessions");
  const rows = page.locator("main [data-row]");
  await expect(rows).toHaveCount(10);
  const third = await rows.nth(2).getAttribute("data-key");
  await page.keyboard.press("j");
  await page.keyboard.press("e");
  await expect(rows).toHaveCount(9);
  await expect(rows.first()).toBeFocused();
  await page.keyboard.press("e");
  await expect(rows).toHaveCount(8);
  await expect(rows.first()).toHaveAttribute("data-key", third ?? "");
  await expect(rows.first()).toBeFocused();
});

test("filters by the words of the search", async ({ page, place }) => {
  await writeSample(place.path("home"));
  await place.import("a");
  const app = await App.start(place, "a");
  await app.visit(page, `/sessions?q=${encodeURIComponent("workspace:website")}`);
  const rows = page.locator("main [data-row]");
  await expect(rows).toHaveCount(2);
  await expect(rows.first()).toContainText("winter timetable");
});

test("narrows to the last week, read or not @days", async ({ page, place }) => {
  await writeSample(place.path("home"));
  await place.import("a");
  const app = await App.start(place, "a");
  for (const words of ["after:7d", "is:unread"]) {
    await app.visit(page, `/sessions?q=${encodeURIComponent(words)}`);
    await expect(page.locator("main [data-row]")).toHaveCount(5);
  }
});

test("says where it looked if nothing is here, and brings it in", async ({
  page,
  place,
}) => {
  const app = await App.start(place, "a");
  await app.visit(page, "/sessions");
  await expect(
    page
      .locator("main")
      .getByText(/transcripts/i)
      .first(),
  ).toBeVisible();
  await writeSample(place.path("home"));
  await expect(page.getByText(RICH).first()).toBeVisible();
});
