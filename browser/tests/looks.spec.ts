// Every page, for every eye and hand: in both themes, without a mouse, on a phone, with
// large type, with little motion.

import type { Page } from "@playwright/test";
import { App, follow } from "../support/app.js";
import { isAccessible } from "../support/axe.js";
import { NOWHERE, paths } from "../support/pages.js";
import type { Place } from "../support/place.js";
import { writeSample } from "../support/sample.js";
import { expect, test } from "../support/test.js";
import type { Watch } from "../support/watch.js";

/** The app on a profile with something of everything. */
async function filled(place: Place, watch: Watch): Promise<App> {
  watch.allow(new RegExp(`status of 404 .*${NOWHERE}`));
  await writeSample(place.path("home"));
  await place.ok("a", "import", "--from", "home");
  const [session] = await place.json<{ id: string }[]>(
    "a",
    "list",
    "sessions",
    "--limit",
    "1",
  );
  await place.ok(
    "a",
    "add",
    "comments",
    "body=Ask the harbour office",
    `session=${session?.id}`,
  );
  await place.ok("a", "add", "inbox", "title=Read the tide tables again");
  return App.start(place, "a");
}

/** What reaches beyond the edge of the window. */
function sideways(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const scrolls = (node: Element | null): boolean =>
      node !== null &&
      (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(node).overflowX) ||
        scrolls(node.parentElement));
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll("body *")]
      .filter((it) => it.getBoundingClientRect().right > width + 0.5 && !scrolls(it))
      .map((it) => it.outerHTML.slice(0, 200));
  });
}

/** The longest movement on the page, in milliseconds. */
function longestMotion(page: Page): Promise<number> {
  return page.evaluate(() => {
    const millis = (text: string) =>
      Math.max(
        ...text.split(",").map((it) => parseFloat(it) * (/ms$/.test(it.trim()) ? 1 : 1000)),
      );
    const styles = [...document.querySelectorAll("*")].map((it) => getComputedStyle(it));
    const moves = styles.filter((it) => it.animationName !== "none");
    return Math.max(
      ...styles.map((it) => millis(it.transitionDuration)),
      ...moves.map((it) => millis(it.animationDuration)),
    );
  });
}

const WINDOW = { width: 1280, height: 800 };

test("every page is accessible in light and dark, fits a phone, and hardly moves", async ({
  page,
  place,
  watch,
}) => {
  const app = await filled(place, watch);
  const all = await paths(place, "a");
  await app.visit(page, NOWHERE);
  for (const path of all) {
    await follow(page, path);
    await page.emulateMedia({ reducedMotion: "no-preference" });
    expect(await longestMotion(page), path).toBeLessThanOrEqual(120);
    await page.emulateMedia({ reducedMotion: "reduce" });
    expect(await longestMotion(page), path).toBeLessThanOrEqual(1);
    await isAccessible(page);
    for (const width of [360, 320]) {
      await page.setViewportSize({ width, height: 740 });
      expect(await sideways(page), `${path} at ${width} px`).toEqual([]);
    }
    await page.setViewportSize(WINDOW);
  }
});

test("a dark system gets dark pages, and a light one light pages", async ({
  page,
  place,
  watch,
}) => {
  const app = await filled(place, watch);
  await app.visit(page, "/sessions");
  const colours = () =>
    page.evaluate(() => {
      const { backgroundColor, color } = getComputedStyle(document.body);
      return [backgroundColor, color].map((it) => Number(/\d+/.exec(it)?.[0]));
    });
  await page.emulateMedia({ colorScheme: "light" });
  const [light, ink] = await colours();
  await page.emulateMedia({ colorScheme: "dark" });
  const [dark, chalk] = await colours();
  expect(light).toBeGreaterThan(ink!);
  expect(dark).toBeLessThan(chalk!);
});
