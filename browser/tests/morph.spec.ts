// What a person did to a page stays when the page is shown again: the promises of `morph.js`,
// each alone.

import type { Page } from "@playwright/test";
import { openModules } from "../support/modules.js";
import { expect, test } from "../support/test.js";

test.beforeEach(({ page }) => openModules(page));

/** Shows this as the contents of the page. */
function show(page: Page, contents: string): Promise<void> {
  return page.evaluate((contents) => {
    document.body.innerHTML = `<main id="main">${contents}</main>`;
    // To be told from a node that was made anew.
    for (const it of document.querySelectorAll("main *"))
      Object.assign(it, { first: true });
  }, contents);
}

/** Turns it into this. */
function redraw(page: Page, contents: string): Promise<void> {
  return page.evaluate(async (contents) => {
    const path = "/morph.js";
    const { redraw } = await import(path);
    const text = `<main id="main">${contents}</main>`;
    const next = new DOMParser().parseFromString(text, "text/html");
    redraw(document.querySelector("main"), next.querySelector("main"));
  }, contents);
}

/** The markup that is there. */
function shown(page: Page): Promise<string> {
  return page.locator("main").innerHTML();
}

/** The texts of the elements that were there from the beginning. */
function kept(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll("main *")]
      .filter((it) => "first" in it)
      .map((it) => it.textContent),
  );
}

const row = (key: string, inside = key) =>
  `<li data-row="" data-key="${key}" tabindex="0">${inside}</li>`;

test("what is shown becomes what was fetched", async ({ page }) => {
  const pages = [
    `<h1>One</h1><p class="a" title="t">Text <b>and</b> more</p><!-- note -->`,
    `<h1>Two</h1><ul>${row("a")}${row("b")}${row("c")}</ul>`,
    `<h1>Two</h1><ul>${row("c")}${row("d")}${row("a", "<i>A</i>")}</ul><p>End</p>`,
    `<svg viewBox="0 0 1 1"><path d="M0 0"></path></svg>text<p>End</p>`,
    "",
    `<ul>${row("a")}</ul><ol>${row("a")}</ol>`,
  ];
  for (const from of pages) {
    for (const to of pages) {
      await show(page, from);
      await redraw(page, to);
      expect(await shown(page), `${from} to ${to}`).toBe(to);
    }
  }
});

test("an element with a key is the same wherever it moves", async ({ page }) => {
  await show(page, row("a") + row("b") + row("c"));
  await redraw(page, row("new") + row("c") + row("a", "changed") + row("b"));
  expect(await kept(page)).toEqual(["c", "changed", "b"]);
});

test("one without a key is not made anew by what comes before it", async ({ page }) => {
  await show(page, "<p>one</p><details><summary>fold</summary></details>");
  await redraw(page, "<p>one</p><p>two</p><details><summary>fold</summary></details>");
  expect(await kept(page)).toEqual(["one", "fold", "fold"]);
});

test("focus, selection and scroll stay, also where a row moves", async ({ page }) => {
  const field = `<textarea id="note">Some words</textarea>`;
  const box = `<pre id="out" style="height: 20px; overflow: auto">1\n2\n3\n4\n5\n6</pre>`;
  await show(page, row("a") + row("b", field + box));
  await page.evaluate(() => {
    const note = document.querySelector<HTMLTextAreaElement>("#note")!;
    note.focus();
    note.setSelectionRange(5, 10);
    document.querySelector("#out")!.scrollTop = 30;
  });
  await redraw(page, row("new") + row("b", field + box + "!") + row("a"));
  const now = await page.evaluate(() => {
    const note = document.querySelector<HTMLTextAreaElement>("#note")!;
    const selected = [note.selectionStart, note.selectionEnd];
    const focused = document.activeElement?.id;
    return { focused, selected, scroll: document.querySelector("#out")!.scrollTop };
  });
  expect(now).toEqual({ focused: "note", selected: [5, 10], scroll: 30 });
});

test("a row that is gone hands its focus to the one after it, or before", async ({
  page,
}) => {
  const focused = () => page.evaluate(() => document.activeElement?.textContent);
  await show(page, row("a") + row("b") + row("c"));
  await page.locator("[data-key=b]").focus();
  await redraw(page, row("a") + row("c"));
  expect(await focused()).toBe("c");
  await redraw(page, row("a"));
  expect(await focused()).toBe("a");
});

test("folds, half-typed words, choices and picks are a person's", async ({ page }) => {
  const form = (hint: string) =>
    `<details><summary>Fold</summary>${hint}</details>
    <input id="typed" value="was" title="${hint}"><input id="still" value="${hint}">
    <select id="chosen"><option>1</option><option>2</option></select>
    ${row("a", `<input class="pick" type="checkbox" value="a">${hint}`)}`;
  await show(page, form("old"));
  await page.locator("summary").click();
  await page.locator("#typed").fill("half a wo");
  await page.locator("#chosen").selectOption("2");
  await page.locator(".pick").check();
  await page.locator(".pick").blur();
  await redraw(page, form("new"));
  await expect(page.locator("details")).toHaveAttribute("open");
  await expect(page.locator("details")).toContainText("new");
  await expect(page.locator("#typed")).toHaveValue("half a wo");
  await expect(page.locator("#typed")).toHaveAttribute("title", "new");
  await expect(page.locator("#still")).toHaveValue("new");
  await expect(page.locator("#chosen")).toHaveValue("2");
  await expect(page.locator(".pick")).toBeChecked();
});

test("a row stays picked under another heading", async ({ page }) => {
  const box = `<input class="pick" type="checkbox" value="a">`;
  await show(page, `<ul id="one">${row("a", box)}</ul><ul id="two"></ul>`);
  await page.locator(".pick").check();
  await redraw(page, `<ul id="one"></ul><ul id="two">${row("a", box)}</ul>`);
  await expect(page.locator("#two .pick")).toBeChecked();
});

test("what was fetched into a page, and a picture that is there, stay", async ({
  page,
}) => {
  const picture = (at: string) => `<img data-src="/m/1" alt="${at}">`;
  await show(page, `<div data-kept="">The whole output</div>${picture("before")}`);
  await page.evaluate(() => document.querySelector("img")!.setAttribute("src", "data:,"));
  await redraw(page, `<div>Its ends</div>${picture("after")}`);
  await expect(page.locator("div")).toHaveText("The whole output");
  await expect(page.locator("img")).toHaveAttribute("src", "data:,");
  await expect(page.locator("img")).toHaveAttribute("alt", "after");
});

test("what was wrong with a field is said until its form is sent again", async ({
  page,
}) => {
  const form = `<input id="what" aria-label="What"><p data-error="what" hidden></p>`;
  await show(page, form);
  await page.evaluate(() => {
    const said = document.querySelector<HTMLElement>("[data-error]")!;
    said.textContent = "write a folder";
    said.hidden = false;
    document.querySelector("input")!.setAttribute("aria-invalid", "true");
  });
  await redraw(page, form);
  await expect(page.getByText("write a folder")).toBeVisible();
  await expect(page.locator("input")).toHaveAttribute("aria-invalid", "true");
});

test("rows that would come above what is read are counted", async ({ page }) => {
  const count = (old: string[], next: string[]) =>
    page.evaluate(
      async ([old, next]) => {
        const path = "/morph.js";
        const { newAbove } = await import(path);
        const list = (rows: string | undefined) => {
          const text = `<main>${rows}</main>`;
          return new DOMParser().parseFromString(text, "text/html").querySelector("main");
        };
        return newAbove(list(old), list(next));
      },
      [old.map((it) => row(it)).join(""), next.map((it) => row(it)).join("")],
    );
  expect(await count(["a", "b"], ["a", "b"])).toBe(0);
  expect(await count(["a", "b"], ["x", "a", "y", "b", "z"])).toBe(2);
  expect(await count(["a"], ["x", "y"])).toBe(0);
  expect(await count([], ["x"])).toBe(0);
});
