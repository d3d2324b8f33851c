// Texts that mean harm, in every field that anything can write, on every page that shows
// it. The watch of every test notices a dialog, a request to another machine, and what the
// policy of the page forbids; this looks at what is left.

import type { Page } from "@playwright/test";
import { App, follow } from "../support/app.js";
import { HOSTILE } from "../support/hostile.js";
import { paths } from "../support/pages.js";
import { expect, test } from "../support/test.js";
import { Transcript } from "../support/transcript.js";

/** Elements and attributes that only a page that was broken has. */
function broken(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const forbidden =
      "script, iframe, object, embed, base, meta, link, style, audio, video, math, marquee";
    const kept = ["http:", "https:", "mailto:", "blob:"];
    for (const node of document.querySelectorAll("body *")) {
      const is = node.outerHTML.slice(0, 160);
      if (node.matches(forbidden)) found.push(`an element: ${is}`);
      for (const { name, value } of node.attributes) {
        if (name.startsWith("on") || name === "srcdoc") found.push(`a handler: ${is}`);
        if (name === "style" && value.includes("outside")) found.push(`a style: ${is}`);
      }
      if (node instanceof HTMLAnchorElement && node.hasAttribute("href")) {
        if (!kept.includes(new URL(node.href, location.href).protocol))
          found.push(`a link: ${is}`);
      }
      if (
        node instanceof HTMLImageElement &&
        node.src !== "" &&
        !node.src.startsWith("blob:")
      ) {
        found.push(`an image: ${is}`);
      }
    }
    return found;
  });
}

/** Everything that can be opened is open. */
function openAll(page: Page): Promise<void> {
  return page.evaluate(() => {
    for (const fold of document.querySelectorAll("main details")) {
      (fold as HTMLDetailsElement).open = true;
    }
  });
}

/** Fails for what is broken on any of these pages, which are gone to from the first. */
async function areWhole(app: App, page: Page, [first = "/", ...others]: string[]) {
  await app.visit(page, first);
  await isWhole(page, first);
  for (const path of others) {
    await follow(page, path);
    await isWhole(page, path);
  }
}

async function isWhole(page: Page, path: string): Promise<void> {
  await openAll(page);
  expect(await broken(page), path).toEqual([]);
}

test("there are more than three hundred of them", () => {
  expect(new Set(HOSTILE).size).toBeGreaterThan(300);
});

test("no text of a transcript is more than text", async ({ page, place, watch }) => {
  watch.allow(/status of 404/);
  const home = place.path("home");
  const all = new Transcript({ number: 1 }).prompt("Everything");
  for (const text of HOSTILE) {
    all
      .prompt(text)
      .reply(text, text)
      .tool(text, { command: text, file_path: text, [text]: text }, text)
      .tool("Bash", { command: text, description: text }, text, true)
      .tool("Edit", { file_path: text, old_string: text, new_string: `${text}!` }, text)
      .tool("WebFetch", { url: text, prompt: text }, [{ type: "text", text }])
      .prompt([{ type: text, text }]);
  }
  await all.title("All of them").write(home);
  for (const [number, text] of HOSTILE.entries()) {
    const named = {
      number: number + 2,
      cwd: `/home/ada/${text}`,
      branch: text,
      model: text,
    };
    await new Transcript(named).prompt(text).reply(text).title(text).write(home);
  }
  await place.import("a");
  const app = await App.start(place, "a");
  const session = await place.id("a", "sessions", "name=All of them");
  const pages = [`/s/${session}`, "/search?q=alert", "/search?q=script"];
  for (const list of [
    "/sessions",
    "/workspaces",
    "/e/sessions",
    "/e/messages",
    "/e/workspaces",
  ]) {
    for (let from = 0; from < HOSTILE.length; from += 50)
      pages.push(`${list}?from=${from}`);
  }
  const whole = `/s/${session}?all=1`;
  await areWhole(app, page, [...pages, ...(await paths(place, "a")), whole]);
  // They are shown, as they are.
  for (const text of ["<script>alert(1)</script>", "<svg onload=alert(1)>"]) {
    await expect(
      page.locator("main").getByText(text, { exact: true }).first(),
    ).toBeAttached();
  }
});

test("nor is a text that somebody types", async ({ page, place, watch }) => {
  watch.allow(/status of 404/);
  const session = await place.ok("a", "add", "sessions", "name=Talked about");
  const app = await App.start(place, "a");
  // A page that nothing of it changes, so that it is not shown again for each.
  await app.visit(page, "/help");
  // By the same requests as the forms make, because there are so many.
  const refused = await page.evaluate(
    async ({ texts, session }) => {
      const refused: string[] = [];
      const key = sessionStorage.getItem("driftline-key") ?? "";
      const send = async (path: string, fields: Record<string, string>) => {
        const answer = await fetch(`/action${path}`, {
          method: "POST",
          headers: { "x-driftline-key": key },
          body: new URLSearchParams(fields),
        });
        if (!answer.ok) refused.push(`${path}: ${answer.status} ${await answer.text()}`);
      };
      for (const text of texts) {
        await send("/e/comments", { session, body: text, author: text });
        await send("/e/inbox", { title: text, body: text, kind: text });
        await send("/e/workspaces", { path: `/x/${text}`, name: text });
        await send("/e/sessions", { name: text, note: text, source: text });
      }
      return refused;
    },
    { texts: HOSTILE, session: session.trim() },
  );
  expect(refused).toEqual([]);
  const pages = [`/s/${session.trim()}`];
  for (const list of ["/e/comments", "/e/inbox", "/inbox", "/sessions", "/workspaces"]) {
    for (let from = 0; from < HOSTILE.length; from += 50)
      pages.push(`${list}?from=${from}`);
  }
  await areWhole(app, page, [...pages, ...(await paths(place, "a"))]);
});

test("nor is what the address says", async ({ page, place, watch }) => {
  watch.allow(/status of 4/);
  const app = await App.start(place, "a");
  const addresses = HOSTILE.map((text, number) => {
    const part = encodeURIComponent(text);
    return [`/search?q=${part}`, `/e/${part}`, `/s/${part}`][number % 3] ?? "";
  });
  await areWhole(app, page, addresses);
  // What is loaded at an address is the same for all: the shell, which says nothing of it.
  for (const address of addresses.slice(0, 15)) {
    await app.visit(page, address);
    expect(await broken(page), address).toEqual([]);
  }
});
