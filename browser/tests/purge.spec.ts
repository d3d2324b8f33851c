// Purging: what goes is said before, and nothing of it is left after one click.

import { App } from "../support/app.js";
import { isAccessible } from "../support/axe.js";
import { RICH, writeSample } from "../support/sample.js";
import { expect, test } from "../support/test.js";

test("a session goes for good, with its messages", async ({ page, place }) => {
  await writeSample(place.path("home"));
  await place.import("a");
  const app = await App.start(place, "a");
  await app.visit(page, "/sessions");
  const session = page.getByRole("link", { name: RICH });
  await session.click();
  await page.locator("details.actions summary").click();
  await page.getByRole("link", { name: "Purge for good…" }).click();
  const heading = page.getByRole("heading", { level: 1 });
  await expect(heading).toHaveText("Purge for good");
  await expect(page.locator("main")).toContainText(RICH);
  await expect(page.getByText(/With \d+ rows of Messages/)).toBeVisible();
  await isAccessible(page);

  await page.getByRole("button", { name: "Purge for good" }).click();
  await expect(page.getByText(/Purged \d+ rows\./)).toBeVisible();
  await expect(heading).toHaveText("Sessions");
  await expect(session).toHaveCount(0);
  await app.visit(page, "/trash");
  await expect(page.getByText("Nothing is deleted.")).toBeVisible();
  // Its transcript is still there, and brings nothing back.
  await place.import("a");
  await app.visit(page, "/sessions");
  await expect(page.locator("main [data-row]")).toHaveCount(9);
  await expect(session).toHaveCount(0);
});
