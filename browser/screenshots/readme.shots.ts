// The screens that the README shows, in light and dark, with made-up work.

import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { App, isThere } from "../support/app.js";
import type { Place } from "../support/place.js";
import { RICH, writeSample } from "../support/sample.js";
import { test } from "../support/test.js";

const FOLDER = fileURLToPath(new URL("../../docs/screenshots", import.meta.url));

/** The app on a profile that was in use for a fortnight. */
async function used(place: Place): Promise<App> {
  await writeSample(place.path("home"));
  await place.import("ada");
  const rich = await place.id("ada", "sessions", `name=${RICH}`);
  const plan = await place.id("ada", "sessions", "name=Plan the importer for berth lists");
  await place.ok("ada", "set", "sessions", plan, "pinned=true");
  const remark = "body=The harbour office wants both half past twos in the print, too.";
  await place.ok("ada", "add", "comments", remark, "author=Ada", `session=${rich}`);
  return App.start(place, "ada");
}

/** Takes a picture in both themes. */
async function picture(page: Page, name: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({
      path: `${FOLDER}/${name}-${colorScheme}.png`,
      caret: "hide",
      animations: "disabled",
    });
  }
}

test("sessions", async ({ page, place }) => {
  const app = await used(place);
  await app.visit(page, "/sessions");
  await picture(page, "sessions");
});

test("session", async ({ page, place }) => {
  const app = await used(place);
  const id = await place.id("ada", "sessions", `name=${RICH}`);
  await app.visit(page, `/s/${id}`);
  await picture(page, "session");
});

test("search", async ({ page, place }) => {
  const app = await used(place);
  await app.visit(page, "/search?q=offset");
  await isThere(page);
  await page.locator("main [data-row]").first().waitFor();
  await picture(page, "search");
});

test("phone", async ({ page, place }) => {
  await page.setViewportSize({ width: 390, height: 760 });
  const app = await used(place);
  await app.visit(page, "/sessions");
  await picture(page, "phone");
});
