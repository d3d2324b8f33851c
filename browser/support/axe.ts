// What axe-core finds wrong for people who use a keyboard, a screen reader or large type.

import { expect, type Page } from "@playwright/test";
import axe from "axe-core";

/** Everything that is a rule of WCAG 2.2 at level AA, and what is good practice beyond. */
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What another theme may break: it changes nothing but colours. */
const COLOURS = ["color-contrast", "link-in-text-block"];

/** Fails with what axe finds on the page, in both themes. */
export async function isAccessible(page: Page): Promise<void> {
  // By the debugger: the page's own policy lets no script in, and stays as it is.
  const isIn = await page.evaluate(() => "axe" in window);
  if (!isIn) await page.evaluate(axe.source);
  for (const colorScheme of ["light", "dark"] as const) {
    // Colours that are on their way from one theme to the other are no colours to judge.
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const rules = colorScheme === "light" ? RULES : COLOURS;
    expect(await violations(page, rules), `${page.url()} in ${colorScheme}`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
}

/** One line for each thing that breaks a rule. */
async function violations(page: Page, rules: string[]): Promise<string[]> {
  const { violations } = await page.evaluate(
    (rules) => window.axe.run({ runOnly: rules, resultTypes: ["violations"] }),
    rules,
  );
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${node.html}`),
  );
}

declare global {
  interface Window {
    axe: typeof axe;
  }
}
