// Pages of entities that no screen was made for: a list, a row and a form, from what the
// entity says of itself. The program is one of three lines, as a stranger writes it.

import { App, isThere } from "../support/app.js";
import { isAccessible } from "../support/axe.js";
import { expect, test } from "../support/test.js";

test("a program of three lines has pages for its entity", async ({ page, place }) => {
  const app = await App.start(place, "a", "todos");
  await app.visit(page, "/");
  await page.getByText("More", { exact: true }).click();
  await page.getByRole("link", { name: "Todos" }).first().click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Todos");
  await expect(page.getByText("There are no todos here")).toBeVisible();
  await isAccessible(page);

  await page.getByRole("link", { name: "Create the first" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("New in todos");
  await isAccessible(page);
  await page.getByLabel("Title").fill("Water the plants");
  await page.getByRole("button", { name: "Create" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Water the plants");
  await expect(page.getByText("Created.")).toBeVisible();
  await isAccessible(page);

  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByLabel("Title").fill("Water the garden");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Water the garden");

  await page.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByText("There are no todos here")).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await app.visit(page, "/e/todos");
  await expect(page.getByRole("link", { name: "Water the garden" })).toBeVisible();
});

test("what is wrong is said beside its field, and nothing is written", async ({
  page,
  place,
  watch,
}) => {
  watch.allow(/status of 422/);
  const app = await App.start(place, "a");
  await place.ok("a", "add", "workspaces", "path=/home/ada/harbour");
  await app.visit(page, "/e/workspaces/new");
  await page.getByLabel("Path", { exact: true }).fill("/home/ada/harbour");
  await page.getByRole("button", { name: "Create" }).click();
  await expect(page.getByText(/already|taken/)).toBeVisible();
  await isAccessible(page);
  expect(await place.json<unknown[]>("a", "list", "workspaces")).toHaveLength(1);
});

test("rows are sorted, and shown in pages", async ({ page, place }) => {
  const app = await App.start(place, "a");
  for (const name of ["b", "c", "a"])
    await place.ok("a", "add", "sessions", `name=${name}`);
  await app.visit(page, "/e/sessions");
  const names = page.locator("tbody th");
  await page.getByRole("link", { name: /^Name/ }).click();
  await expect(names).toHaveText(["a", "b", "c"]);
  await page.getByRole("link", { name: /^Name/ }).click();
  await expect(names).toHaveText(["c", "b", "a"]);
  await page.goBack();
  await isThere(page);
  await expect(names).toHaveText(["a", "b", "c"]);
});

test("rows are narrowed by what their fields hold", async ({ page, place }) => {
  for (const [name, words] of [
    ["one", ["pinned=true"]],
    ["two", []],
  ] as const)
    await place.ok("a", "add", "sessions", `name=${name}`, `source=by-${name}`, ...words);
  const app = await App.start(place, "a");
  await app.visit(page, "/e/sessions");
  const rows = page.locator("tbody tr");
  await expect(rows).toHaveCount(2);
  // The name is in front, and nowhere else in the row.
  await expect(rows.getByText("one", { exact: true })).toHaveCount(1);
  await page.getByLabel("Pinned").selectOption("true");
  await expect(page.locator("tbody th")).toHaveText(["one"]);
  expect(new URL(page.url()).searchParams.get("f.pinned")).toBe("true");
  await page.getByLabel("Pinned").selectOption("false");
  await expect(page.locator("tbody th")).toHaveText(["two"]);
  await isAccessible(page);
  await page.getByLabel("Source").fill("by-one");
  await expect(page.getByText("Nothing is like that.")).toBeVisible();
  await page.getByRole("link", { name: "Pinned: no" }).click();
  await expect(page.locator("tbody th")).toHaveText(["one"]);
  await isThere(page);
});
