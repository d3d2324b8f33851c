// Who gets in: a browser that the program opened, once for each code, and nobody else.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { App, isThere } from "../support/app.js";
import { OTHER_NAME } from "../support/machine.js";
import { expect, test } from "../support/test.js";

const CLOSED = "Open this page from Driftline";

test("a code lets one browser in, once", async ({ browser, page, place, watch }) => {
  watch.allow(/status of 401/);
  const app = await App.start(place, "a");
  const link = await app.link();
  await page.goto(link);
  await isThere(page);
  // Neither the code nor the secret stays where others could read it.
  expect(page.url()).toBe(`${app.origin}/`);
  expect(await page.evaluate(() => document.cookie)).toBe("");
  await page.reload();
  await isThere(page);
  await expect(page.getByText(CLOSED)).toBeHidden();

  const other = await browser.newContext();
  const theirs = await other.newPage();
  await theirs.goto(link);
  await expect(theirs.getByRole("heading", { level: 1 })).toHaveText(CLOSED);
  await other.close();
});

test("a browser without a code sees nothing, and how to get in", async ({
  page,
  place,
  watch,
}) => {
  watch.allow(/status of 404/);
  const app = await App.start(place, "a");
  for (const path of ["/", "/e/sessions", "/no/such/page"]) {
    const answer = await page.goto(`${app.origin}${path}`);
    expect(answer?.headers()["content-security-policy"]).toContain("default-src 'none'");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(CLOSED);
    await expect(page.getByText("driftline open")).toBeVisible();
  }
});

test("a second tab of the same browser is in, too", async ({ context, page, place }) => {
  const app = await App.start(place, "a");
  await app.visit(page, "/");
  const tab = await context.newPage();
  await tab.goto(`${app.origin}/settings`);
  await expect(tab.getByRole("heading", { level: 1 })).toHaveText("Settings");
});

test("two browsers and two profiles at once", async ({ browser, page, place }) => {
  const [a, b] = [await App.start(place, "a"), await App.start(place, "b")];
  expect(a.origin).not.toBe(b.origin);
  await place.ok("a", "add", "sessions", "name=Only in a");
  await place.ok("b", "add", "sessions", "name=Only in b");
  const other = await browser.newContext();
  const theirs = await other.newPage();
  for (const visitor of [page, theirs]) {
    await a.visit(visitor, "/e/sessions");
    await expect(visitor.getByRole("link", { name: "Only in a" })).toBeVisible();
    await expect(visitor.getByRole("link", { name: "Only in b" })).toBeHidden();
  }
  // The secret of one is none for the other.
  await page.goto(`${b.origin}/e/sessions`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(CLOSED);
  await b.visit(theirs, "/e/sessions");
  await expect(theirs.getByRole("link", { name: "Only in b" })).toBeVisible();
  await other.close();
});

test("says that the program has ended, and how to go on", async ({
  page,
  place,
  watch,
}) => {
  watch.allow(/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE/);
  const app = await App.start(place, "a");
  await place.ok("a", "add", "sessions", "name=Read before");
  await app.visit(page, "/e/sessions");
  expect((await app.running.stop()).code).toBe(0);
  await expect(page.getByText("Driftline is not running")).toBeVisible();
  // What was there can still be read.
  await expect(page.getByRole("link", { name: "Read before" })).toBeVisible();
});

test.describe("a page of somebody else", () => {
  let foreign: Server;
  let origin: string;

  test.beforeEach(async () => {
    foreign = createServer((_, answer) => {
      answer.writeHead(200, { "content-type": "text/html" });
      answer.end("<!doctype html><title>Foreign</title><link rel=icon href=data:,>");
    });
    await new Promise<void>((done) => foreign.listen(0, "127.0.0.1", done));
    origin = `http://127.0.0.1:${(foreign.address() as AddressInfo).port}`;
  });

  test.afterEach(() => {
    foreign.closeAllConnections();
    foreign.close();
  });

  test("reads and changes nothing", async ({ page, place, watch }) => {
    // Each try is complained of; what counts is that none succeeds.
    watch.allow(
      /CORS policy|status of 4|ERR_FAILED|ERR_BLOCKED|frame|Content Security Policy/,
    );
    const app = await App.start(place, "a");
    const id = (await place.ok("a", "add", "sessions", "name=Mine")).trim();
    await page.goto(origin);
    const heard = await page.evaluate(
      async ({ target, paths }) => {
        const heard: string[] = [];
        for (const path of paths) {
          for (const method of ["GET", "POST"]) {
            for (const mode of ["cors", "no-cors"] as const) {
              try {
                const answer = await fetch(`${target}${path}`, { method, mode });
                const text = await answer.text();
                if (text !== "") heard.push(`${method} ${path}: ${text}`);
              } catch {
                // Refused, as it should be.
              }
            }
          }
        }
        return heard;
      },
      {
        target: app.origin,
        paths: [
          "/",
          "/events",
          "/key",
          "/door",
          "/fragment/e/sessions",
          `/action/e/sessions/${id}/delete`,
        ],
      },
    );
    expect(heard).toEqual([]);
    const blank = await page.evaluate((target) => {
      const frame = document.createElement("iframe");
      const loaded = new Promise((done) => frame.addEventListener("load", done));
      frame.src = target;
      document.body.append(frame);
      return loaded.then(() => frame.contentDocument === null);
    }, app.origin);
    expect(blank).toBe(true);
    // Nor is a form of theirs taken, which browsers send without asking.
    await page.evaluate((target) => {
      const form = document.createElement("form");
      form.method = "post";
      form.action = target;
      document.body.append(form);
      form.submit();
    }, `${app.origin}/action/e/sessions/${id}/delete`);
    await page.waitForURL(`${app.origin}/**`);
    expect(await place.ok("a", "list", "sessions")).toContain("Mine");
  });

  test("gets no further under another name of this machine", async ({
    page,
    place,
    watch,
  }) => {
    watch.allow(/rebound\.example/);
    const app = await App.start(place, "a");
    const link = new URL(await app.link());
    link.hostname = OTHER_NAME;
    const answer = await page.goto(link.href);
    expect(answer?.status()).toBeGreaterThanOrEqual(400);
    await expect(page.locator("script")).toHaveCount(0);
  });
});
