// The whole app without a mouse.

import type { Page } from "@playwright/test";
import { App } from "../support/app.js";
import { RICH, writeSample } from "../support/sample.js";
import { expect, test } from "../support/test.js";

/** Presses keys one after the other. */
async function press(page: Page, ...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

/** The text of what has the focus. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => document.activeElement?.textContent?.trim() ?? "");
}

test("a tour", async ({ page, place }) => {
  await writeSample(place.path("home"));
  await place.import("a");
  const app = await App.start(place, "a");
  await app.visit(page, "/");
  const heading = page.getByRole("heading", { level: 1 });

  // It begins in the contents; before the navigation is the way past it.
  await expect(page.locator("main")).toBeFocused();
  const skip = page.getByText("Skip to the contents");
  for (let stop = 0; stop < 12; stop++) {
    await press(page, "Shift+Tab");
    if (await skip.evaluate((node) => node === document.activeElement)) break;
  }
  await expect(skip).toBeFocused();
  await press(page, "Enter");
  await expect(page.locator("main")).toBeFocused();

  // All keys are told, and the way back leads to where one was.
  await press(page, "?");
  const help = page.getByRole("dialog", { name: "Keys" });
  await expect(help).toBeVisible();
  await press(page, "Escape");
  await expect(help).toBeHidden();

  for (const [key, title] of [
    ["s", "Sessions"],
    ["i", "Inbox"],
    ["w", "Workspaces"],
    ["y", "Sync"],
    ["c", "Conflicts"],
    ["a", "Account"],
  ] as const) {
    await press(page, "g", key);
    await expect(heading).toHaveText(title);
  }

  // Down the list, up again, and into what has the focus.
  await press(page, "g", "s");
  await expect(heading).toHaveText("Sessions");
  await press(page, "j", "j", "k");
  const name = RICH;
  expect(await focused(page)).toContain(name);
  await press(page, "Enter");
  await expect(heading).toHaveText(name);

  // From prompt to prompt.
  await press(page, "J");
  expect(await focused(page)).toContain("Find out why before you change anything");
  await press(page, "J");
  expect(await focused(page)).toContain("Keep the zone in the port");
  await press(page, "K");
  expect(await focused(page)).toContain("Find out why before you change anything");

  // To the search, through a hit, and back.
  await press(page, "/");
  const box = page.getByRole("searchbox");
  await expect(box).toBeFocused();
  await page.keyboard.type("half past two");
  // What is found for a part of it goes when the rest is found.
  await expect(page).toHaveURL(/q=half(\+|%20)past(\+|%20)two/);
  await expect(page.locator("main [data-row]").first()).toBeVisible();
  await press(page, "Escape", "j");
  await press(page, "Enter");
  await expect(heading).toHaveText(name);
});

test("keys of one letter can be switched off", async ({ page, place }) => {
  const app = await App.start(place, "a");
  await app.visit(page, "/help");
  await page.getByRole("button", { name: "Keys and help" }).click();
  await page.getByLabel("Use keys of one letter").uncheck();
  await page.keyboard.press("Escape");
  await page.keyboard.press("g");
  await page.keyboard.press("s");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Help");
  // They stay off.
  await page.reload();
  await page.getByRole("button", { name: "Keys and help" }).click();
  await expect(page.getByLabel("Use keys of one letter")).not.toBeChecked();
});

test("what has the focus can be seen", async ({ page, place }) => {
  const app = await App.start(place, "a");
  await place.ok("a", "add", "sessions", "name=One");
  await app.visit(page, "/e/sessions");
  for (let stop = 0; stop < 12; stop++) {
    await page.keyboard.press("Tab");
    const outline = await page.evaluate(() => {
      const node = document.activeElement;
      if (node === null || node === document.body) return null;
      const { outlineStyle, outlineWidth } = getComputedStyle(node);
      return outlineStyle === "none" ? 0 : parseFloat(outlineWidth);
    });
    if (outline !== null) expect(outline).toBeGreaterThanOrEqual(2);
  }
});
