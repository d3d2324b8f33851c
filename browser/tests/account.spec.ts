// The account page: signing in, the first merge looked at and done, and taken back.

import type { Page } from "@playwright/test";
import { App } from "../support/app.js";
import { isAccessible } from "../support/axe.js";
import type { Place } from "../support/place.js";
import { expect, test } from "../support/test.js";

/** Starts signing in with GitHub, and follows the page's link to the stand-in. */
async function beginSignIn(page: Page): Promise<Page> {
  await page.getByRole("button", { name: "Sign in with GitHub" }).click();
  const link = page.getByRole("link", { name: "open the page for signing in" });
  await expect(link).toBeVisible();
  await isAccessible(page);
  const opened = page.context().waitForEvent("page");
  await link.click();
  return opened;
}

/** Has said who they are and come back. */
async function signInAs(page: Page, account: string): Promise<void> {
  await page.getByLabel("Account id").fill(account);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("link", { name: "Sign in" }).click();
  await expect(page.getByText("You can close this tab")).toBeVisible();
  await page.close();
}

async function names(place: Place, profile: string): Promise<string[]> {
  const rows = await place.json<{ name: string }[]>(profile, "list", "sessions");
  return rows.map((it) => it.name).sort();
}

test("signs in, shows what a merge would do, merges, and takes it back @days", async ({
  deployment,
  page,
  place,
  watch,
}) => {
  // The picture goes with the sign-in, maybe between a page that shows it and its loading.
  watch.allow(/404 .*\/file\/avatar/);
  for (const profile of ["there", "here"]) {
    await deployment.join(place, profile);
    await place.ok(profile, "add", "sessions", `name=Made ${profile}`);
  }
  const there = await App.start(place, "there");
  await there.visit(page, "/account");
  await signInAs(await beginSignIn(page), "1001");
  await page.getByRole("button", { name: "Copy everything, then merge" }).click();
  await expect(page.getByText("0 rows received, 1 sent")).toBeVisible();

  const here = await App.start(place, "here");
  const other = await page.context().newPage();
  await here.visit(other, "/account");
  await signInAs(await beginSignIn(other), "1001");
  const sessions = other.getByRole("row", { name: /^Sessions/ });
  await expect(sessions).toHaveText(/Sessions\s*1\s*1\s*0\s*0\s*0\s*0/);
  await isAccessible(other);
  await expect(other.getByText("github:1001 (login person-1001)").first()).toBeVisible();
  await other.getByRole("button", { name: "Copy everything, then merge" }).click();
  await expect(other.getByText("1 row received, 1 sent")).toBeVisible();
  await expect(other.getByText("this one")).toBeVisible();
  await expect(other.getByRole("button", { name: "Sign out all others" })).toBeVisible();
  await isAccessible(other);
  expect(await names(place, "here")).toEqual(["Made here", "Made there"]);

  await other.getByRole("button", { name: "Undo the merge" }).click();
  await expect(other.getByRole("button", { name: "Sign in with GitHub" })).toBeVisible();
  expect(await names(place, "here")).toEqual(["Made here"]);
});

test("values are sealed with a key that another device is given", async ({
  deployment,
  page,
  place,
  watch,
}) => {
  watch.allow(/404 .*\/file\/avatar/);
  const choose = async (on: Page, settings: Record<string, string>) => {
    const convex = on.getByRole("region", { name: /^Convex/ });
    await convex.getByLabel("Url", { exact: true }).fill(deployment.url);
    await convex.getByLabel("Site url").fill(deployment.siteUrl);
    for (const [label, text] of Object.entries(settings)) {
      await convex.getByLabel(label, { exact: true }).fill(text);
    }
    await convex.getByRole("button", { name: "Choose, then sign in" }).click();
  };
  const merge = { name: "Copy everything, then merge" };

  await place.ok("there", "add", "sessions", "name=Made there");
  const there = await App.start(place, "there");
  await there.visit(page, "/connect");
  await choose(page, { Sealed: "true" });
  await signInAs(await beginSignIn(page), "1003");
  const drawn = page.getByRole("region", { name: "The key of this remote" });
  const words = await drawn.getByRole("code").innerText();
  expect(words.split(" ")).toHaveLength(18);
  await isAccessible(page);
  await drawn.getByRole("button", { name: "I have written it down" }).click();
  await expect(drawn).toBeHidden();
  await there.visit(page, "/account");
  await page.getByRole("button", merge).click();
  await expect(page.getByText("0 rows received, 1 sent")).toBeVisible();

  const here = await App.start(place, "here");
  const other = await page.context().newPage();
  await here.visit(other, "/connect");
  await choose(other, {});
  await signInAs(await beginSignIn(other), "1003");
  await expect(other.getByText("asks for key, and nobody has typed it")).toBeVisible();
  await other.getByRole("link", { name: "Type it on the Connect page" }).click();
  await choose(other, { Key: words });
  const look = { name: "Look what a merge would do", exact: true };
  await other.getByRole("heading", { name: "Account", level: 1 }).waitFor();
  await other.getByRole("button", look).click();
  await other.getByRole("button", merge).click();
  await expect(other.getByText("1 row received, 0 sent")).toBeVisible();
  expect(await names(place, "here")).toEqual(["Made there"]);
});

test("a sign-in can be given up", async ({ deployment, page, place }) => {
  await deployment.join(place, "a");
  const app = await App.start(place, "a");
  await app.visit(page, "/account");
  const stand_in = await beginSignIn(page);
  await stand_in.close();
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("button", { name: "Sign in with GitHub" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Cancel" })).toBeHidden();
});
