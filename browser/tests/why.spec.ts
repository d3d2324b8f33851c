// Why a row is as it is, and where: reached from the row itself, in the words of the
// command of the same name.

import { App } from "../support/app.js";
import { expect, test } from "../support/test.js";

test("says that a row waits, then that the others have it", async ({ page, place }) => {
  const remote = ["remote.backend", "sqlite", "remote.path", place.path("shared.db")];
  await place.ok("a", "config", "set", ...remote);
  const app = await App.start(place, "a");
  await app.visit(page, "/sync");
  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByRole("button", { name: "Go on" })).toBeVisible();
  await place.ok("a", "add", "workspaces", "path=/home/ada/harbour", "name=Harbour");
  await app.visit(page, "/workspaces");
  await page.getByRole("link", { name: "Harbour" }).click();
  await expect(page.getByRole("link", { name: "Why" })).toBeVisible();
  await page.keyboard.press("w");
  const main = page.locator("main");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Harbour");
  await expect(main.locator(".chip").first()).toHaveText("waiting");
  await page.getByRole("button", { name: "Sync now" }).click();
  await expect(main.locator(".chip").first()).toHaveText("synced");
  const id = await place.id("a", "workspaces", "name=Harbour");
  const said = await place.ok("a", "why", id);
  for (const step of await main.locator("ol.steps li span:last-child").allInnerTexts())
    expect(said).toContain(step);
});

test("who wrote what and what it was before, and back to the row", async ({
  page,
  place,
}) => {
  const id = (await place.ok("a", "add", "sessions", "name=First")).trim();
  await place.ok("a", "set", "sessions", id, "name=Second", "note=Mine");
  const app = await App.start(place, "a");
  await app.visit(page, `/e/sessions/${id}`);
  await page.getByRole("link", { name: "Why" }).click();
  const fields = page.getByRole("region", { name: "Who wrote what" });
  await expect(fields.getByRole("row", { name: /^Name/ })).toContainText("Second");
  await expect(fields.getByRole("row", { name: /^Name/ })).toContainText("this device");
  await expect(fields.getByRole("row", { name: /^Note/ })).toContainText("Mine");
  await page.keyboard.press("o");
  await expect(page).toHaveURL(new RegExp(`/e/sessions/${id}$`));
});

test("what is hidden says by what, and comes back from here", async ({ page, place }) => {
  const session = (await place.ok("a", "add", "sessions", "name=Owner")).trim();
  const comment = (
    await place.ok("a", "add", "comments", "body=Mine", `session=${session}`)
  ).trim();
  await place.ok("a", "rm", "sessions", session);
  const app = await App.start(place, "a");
  await app.visit(page, `/why/${comment}`);
  await expect(
    page
      .locator("main")
      .getByText(/Owner|belongs/)
      .first(),
  ).toBeVisible();
  await page.getByRole("button", { name: "Restore what it belongs to" }).click();
  await expect(
    page.getByRole("button", { name: "Restore what it belongs to" }),
  ).toBeHidden();
  expect(await place.json<unknown[]>("a", "list", "comments")).toHaveLength(1);
});
