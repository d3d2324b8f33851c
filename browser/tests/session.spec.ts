// A session, read as a conversation.

import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { App, isThere } from "../support/app.js";
import { isAccessible } from "../support/axe.js";
import type { Place } from "../support/place.js";
import { RICH, richOne } from "../support/sample.js";
import { expect, test } from "../support/test.js";
import { Transcript } from "../support/transcript.js";

/** The app on a session that has one of everything, and its address. */
async function rich(place: Place): Promise<{ app: App; id: string; path: string }> {
  await richOne().write(place.path("home"));
  await place.import("a");
  const id = await place.id("a", "sessions", `name=${RICH}`);
  return { app: await App.start(place, "a"), id, path: `/s/${id}` };
}

declare global {
  interface Window {
    /** The browser's own search, as far as a page can use it. */
    find(text: string): boolean;
  }
}

/** Whether all of an element is in the window. */
function isInView(page: Page, text: string): Promise<boolean> {
  return page
    .getByText(text)
    .first()
    .evaluate((node) => {
      const { top, bottom } = node.getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight;
    });
}

test("shows who said what, and folds the rest @days", async ({ page, place }) => {
  const { app, path } = await rich(place);
  await app.visit(page, path);
  const main = page.locator("main");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(RICH);
  const prompt = main.locator("li.msg--user").first();
  await expect(prompt).toContainText("Find out why before you change anything");
  // Markdown.
  await expect(main.getByRole("table").getByText("26 October")).toBeVisible();
  await expect(
    main.locator("pre code").filter({ hasText: "fn local_time" }).first(),
  ).toBeVisible();
  // What the agent thought, and did: folded, and there for who wants it.
  await expect(main.getByText("Either the offset is cached")).toBeHidden();
  await main
    .getByText(/^Thinking/)
    .first()
    .click();
  await expect(main.getByText("Either the offset is cached")).toBeVisible();
  // What failed is open.
  await expect(main.getByText("winter_time ... FAILED")).toBeVisible();
  await expect(main.getByText(/^Compacted/)).toBeVisible();
  // The picture comes from the program, with the secret.
  const picture = main.locator("img");
  await picture.scrollIntoViewIfNeeded();
  await expect(picture).toHaveJSProperty("naturalWidth", 8);
  expect(await picture.getAttribute("src")).toMatch(/^blob:/);
});

test("opens a sub-agent inside its call", async ({ page, place }) => {
  const { app, path } = await rich(place);
  await app.visit(page, path);
  const main = page.locator("main");
  await expect(main.getByText("Look through src/ for other places").first()).toBeHidden();
  await page.keyboard.press("t");
  await main.getByText(/^Sub-agent/).click();
  await expect(
    main.locator(".inside").getByText("Look through src/ for other"),
  ).toBeVisible();
});

test("leads to each prompt, and to a message by its address", async ({ page, place }) => {
  const { app, path } = await rich(place);
  await app.visit(page, path);
  const outline = page.getByRole("navigation", { name: "Outline" });
  await outline.getByText("Why is 02:30 there twice?").click();
  await expect
    .poll(() => isInView(page, "That is how the harbour office prints it"))
    .toBe(true);
  const link = await page
    .locator("li.msg", { hasText: "It is the offset" })
    .getByRole("link", { name: /:/ })
    .first()
    .getAttribute("href");
  await app.visit(page, link!);
  await expect(page).toHaveURL(new RegExp(`${path}\\?`));
  await expect.poll(() => isInView(page, "It is the offset")).toBe(true);
});

test("is renamed, pinned and put away", async ({ page, place }) => {
  const { app, id, path } = await rich(place);
  await app.visit(page, path);
  await page.keyboard.press("i");
  const name = page.getByLabel("Name");
  await expect(name).toBeFocused();
  await name.fill("Daylight saving");
  await name.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Daylight saving");
  await page.getByRole("button", { name: "Pin" }).click();
  await expect(page.getByRole("button", { name: "Pinned" })).toBeVisible();
  await page.keyboard.press("e");
  await expect(page.getByText("Archived: it is left out of lists")).toBeVisible();
  const row = await place.json<Record<string, unknown>>("a", "get", "sessions", id);
  expect(JSON.stringify(row)).toContain("Daylight saving");
});

test("is deleted, and brought back by one click", async ({ page, place }) => {
  const { app, path } = await rich(place);
  await app.visit(page, path);
  await page.keyboard.press("#");
  await page.getByRole("button", { name: "Undo" }).click();
  await app.visit(page, path);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(RICH);
  await expect(page.locator("li.msg--user").first()).toContainText("Find out why");
});

test("is copied and exported", async ({ context, page, place }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const { app, path } = await rich(place);
  await app.visit(page, path);
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  const more = page.locator("details.actions > summary");
  await more.click();
  await page.getByRole("button", { name: "Copy as markdown" }).click();
  await expect.poll(copied).toContain("Keep the zone in the port");
  await page.getByRole("button", { name: "Copy resume command" }).click();
  await expect.poll(copied).toContain("claude --resume");
  for (const [kind, has] of [
    ["markdown", "Keep the zone in the port"],
    ["JSON", '"messages"'],
  ] as const) {
    if (!(await page.getByText(`Export ${kind}`).isVisible())) await more.click();
    const saved = page.waitForEvent("download");
    await page.getByText(`Export ${kind}`).click();
    expect(await readFile(await (await saved).path(), "utf8")).toContain(has);
  }
});

test("is talked about", async ({ page, place }) => {
  const { app, path } = await rich(place);
  await app.visit(page, path);
  const message = page.locator("li.msg", { hasText: "It is the offset" });
  await message.focus();
  await page.keyboard.press("m");
  const box = page.getByRole("dialog").getByRole("textbox");
  await expect(box).toBeFocused();
  await box.fill("Same as the *berth plan*?");
  await box.press("Control+Enter");
  const thread = message.getByRole("region", { name: "Comments" });
  await expect(thread.locator("em")).toHaveText("berth plan");
  await thread.getByText("Reply").first().click();
  await thread.getByRole("textbox").fill("Yes, it is in the list.");
  await thread.getByRole("button", { name: "Reply" }).click();
  await expect(thread.getByText("Yes, it is in the list.")).toBeVisible();
  await thread.getByRole("button", { name: "Resolve" }).click();
  await expect(message.getByText(/^Resolved: 2/)).toBeVisible();
  await message.getByText(/^Resolved: 2/).click();
  await message.getByRole("button", { name: "Open again" }).click();
  await expect(thread).toBeVisible();
  expect(await place.json<unknown[]>("a", "list", "comments")).toHaveLength(2);
});

test("ten thousand messages are read in windows", async ({ page, place }) => {
  const long = new Transcript({ number: 1 }).turns(2_500).title("Ten thousand");
  await long.write(place.path("home"));
  await place.import("a");
  const id = await place.id("a", "sessions", "name=Ten thousand");
  const app = await App.start(place, "a");
  await app.visit(page, `/s/${id}`);
  const messages = page.locator("main li.msg");
  await expect(page.getByText("Turn 1: what is next?").last()).toBeVisible();
  const first = await messages.count();
  expect(first).toBeLessThanOrEqual(400);
  // The browser's own search finds what is there.
  expect(await page.evaluate(() => window.find("Turn 20 is done."))).toBe(true);
  await page.getByRole("link", { name: /^Newer/ }).click();
  await expect.poll(() => messages.count()).toBeGreaterThan(first);
  // From the end, backwards.
  const outline = page.getByRole("navigation", { name: "Outline" });
  await outline.getByText("Turn 2500: what is next?").click();
  await expect(page.getByText("Turn 2500 is done.")).toBeVisible();
  const last = await messages.count();
  await page.getByRole("link", { name: /^Older/ }).click();
  await expect.poll(() => messages.count()).toBeGreaterThan(last);
  await expect(page.getByText("Turn 2500 is done.")).toBeAttached();
});

test("what is read stays where it is when more is written", async ({ page, place }) => {
  const session = new Transcript({ number: 1 }).turns(30).title("Growing");
  await session.write(place.path("home"));
  await place.import("a");
  const id = await place.id("a", "sessions", "name=Growing");
  const app = await App.start(place, "a");
  await app.visit(page, `/s/${id}`);
  const read = page.getByText("Turn 15 is done.");
  await read.scrollIntoViewIfNeeded();
  // A line's height is no whole number of pixels, so a browser may round it either way.
  const top = async () => Math.round((await read.boundingBox())?.y ?? 0);
  const before = await top();
  await session.prompt("And now something new").write(place.path("home"));
  await place.import("a");
  await expect(page.getByText("And now something new").last()).toBeAttached();
  expect(Math.abs((await top()) - before)).toBeLessThanOrEqual(1);
});

test("going back shows what was read where it was", async ({ page, place }) => {
  const { app, path } = await rich(place);
  await app.visit(page, path);
  const thought = page.getByText(/^Thinking/).first();
  await thought.click();
  await page.getByText("That is how the harbour office prints it").scrollIntoViewIfNeeded();
  const place_ = await page.evaluate(() => scrollY);
  await page.keyboard.press("g");
  await page.keyboard.press("s");
  await expect(page).toHaveURL(`${app.origin}/sessions`);
  await isThere(page);
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(RICH);
  await expect.poll(() => page.evaluate(() => scrollY)).toBe(place_);
  await expect(page.getByText("Either the offset is cached")).toBeVisible();
});

test("finds words in the session, and goes to them", async ({ page, place }) => {
  const { app, path } = await rich(place);
  await app.visit(page, path);
  await page.keyboard.press("f");
  const box = page.getByRole("dialog", { name: "Find in this session" });
  await expect(box.getByRole("searchbox")).toBeFocused();
  await page.keyboard.type("find out why");
  const hit = box.getByRole("link", { name: /Find out why before you change/ });
  await expect(hit.first()).toHaveAttribute("aria-current", "true");
  await isAccessible(page);
  await page.keyboard.press("Enter");
  await expect(box).toBeHidden();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(RICH);
  await expect(page).toHaveURL(/[?&]at=/);
  await expect
    .poll(() => isInView(page, "Find out why before you change anything"))
    .toBe(true);
  // Closed by a key, and opened again with the same words.
  await page.keyboard.press("f");
  await expect(box.getByRole("searchbox")).toHaveValue("find out why");
  await page.keyboard.press("Escape");
  await expect(box).toBeHidden();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog").getByText("Find in this session")).toBeVisible();
});
