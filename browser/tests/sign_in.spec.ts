// Signing in, from the terminal to the browser and back, at the local deployment with its
// stand-ins for GitHub and Google.

import { hostname } from "node:os";
import type { Page } from "@playwright/test";
import { isAccessible } from "../support/axe.js";
import type { Running } from "../support/place.js";
import { expect, test } from "../support/test.js";

const PROVIDERS = ["GitHub", "Google"];

/** The page that the program asks a person to open. */
async function pageOf(program: Running): Promise<string> {
  return (await program.says(/^\s*(http\S+)\n/m))[1] ?? "";
}

/** What a person does at the stand-in: says who they are. */
async function signInAs(page: Page, account: string): Promise<void> {
  await page.getByLabel("Account id").fill(account);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Agrees that this machine is signed in. */
async function agree(page: Page): Promise<void> {
  await expect(page.getByRole("heading")).toHaveText("Sign in this device?");
  await expect(page.locator("#device")).toHaveText(hostname());
  await isAccessible(page);
  await page.getByRole("link", { name: "Sign in" }).click();
}

/** Signs in at the stand-in, and stops before the program is told: where it would be. */
async function callbackOf(page: Page, program: Running, account: string): Promise<string> {
  const signedIn = new URLSearchParams({ account, name: "Ada" });
  let next = `${await pageOf(program)}`;
  for (;;) {
    const answer = await page.request.get(next, { maxRedirects: 0 });
    const { location } = answer.headers();
    const link = /id="go" href="([^"]*)"/.exec(await answer.text())?.[1];
    if (link !== undefined) next = link.replaceAll("&#38;", "&");
    else if (location === undefined) next = `${next}&${signedIn}`;
    else next = new URL(location, next).href;
    if (new URL(next).pathname === "/callback") return next;
  }
}

test.beforeEach(({ deployment, place }) => deployment.join(place, "a"));

for (const title of PROVIDERS) {
  const provider = title.toLowerCase();

  test(`signs in with ${title} in the browser`, async ({ page, place }) => {
    const program = place.start("a", ["sign-in", provider, "--token-file"]);
    await page.goto(await pageOf(program));
    await expect(page.getByRole("heading")).toHaveText(`Stand-in for ${title}`);
    await signInAs(page, "1001");
    await agree(page);
    await expect(page.getByRole("heading")).toHaveText("Back to Driftline");
    await expect(page.getByText("You can close this tab")).toBeVisible();
    await isAccessible(page);
    const { code, stdout } = await program.end();
    expect(code, stdout).toBe(0);
    expect(stdout).toContain("Signed in");
    const account = await place.json<{ provider: string; person: string }>("a", "account");
    expect(account).toMatchObject({ provider, person: `${provider}:1001` });
  });

  test(`says what happened if ${title} is refused`, async ({ page, place }) => {
    const program = place.start("a", ["sign-in", provider, "--token-file"]);
    await page.goto(await pageOf(program));
    await page.getByRole("button", { name: "Refuse" }).click();
    await expect(page.getByRole("heading")).toHaveText("Not signed in");
    await expect(page.getByText("Nothing was changed")).toBeVisible();
    await isAccessible(page);
    const { code, stderr } = await program.end();
    expect(code, stderr).not.toBe(0);
    expect((await place.run("a", "account")).code).toBe(4);
  });

  test(`shows a code of ${title} to type into another machine`, async ({ page, place }) => {
    const program = place.start("a", ["sign-in", provider, "--headless", "--token-file"]);
    await page.goto(await pageOf(program));
    await signInAs(page, "1001");
    await expect(page.getByRole("heading")).toHaveText("Almost there");
    await isAccessible(page);
    const code = (await page.locator("#code").textContent()) ?? "";
    expect(code).toMatch(/^[0-9]{4} [0-9]{4}$/);
    program.types(code === "0000 0000" ? "1111 1111" : "0000 0000");
    await program.says(/This is not the code/);
    program.types(code);
    const ended = await program.end();
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stdout).toContain("Signed in");
  });
}

test("says on the code page that sign-in was refused", async ({ page, place, watch }) => {
  watch.allow(/status of 400/);
  const program = place.start("a", ["sign-in", "github", "--headless"]);
  await page.goto(await pageOf(program));
  await page.getByRole("button", { name: "Refuse" }).click();
  await expect(page.getByRole("heading")).toHaveText("Not signed in");
  await isAccessible(page);
});

test("signs in with GitHub's device flow", async ({ page, place }) => {
  const program = place.start("a", ["sign-in", "github", "--device", "--token-file"]);
  const [, address = "", code = ""] = await program.says(/Open (\S+) .* type: (\S+)/);
  await page.goto(address);
  await page.getByLabel("Code of the device").fill(code);
  await page.getByRole("button", { name: "Continue" }).click();
  await signInAs(page, "1001");
  await expect(page.getByText("go back to your terminal")).toBeVisible();
  const ended = await program.end();
  expect(ended.code, ended.stderr).toBe(0);
  expect(ended.stdout).toContain("Signed in");
});

test("ends the device flow if GitHub is refused", async ({ page, place }) => {
  const program = place.start("a", ["sign-in", "github", "--device", "--token-file"]);
  const [, address = "", code = ""] = await program.says(/Open (\S+) .* type: (\S+)/);
  await page.goto(`${address}?user_code=${code}`);
  await page.getByRole("button", { name: "Refuse" }).click();
  const ended = await program.end();
  expect(ended.code, ended.stderr).not.toBe(0);
  expect((await place.run("a", "account")).code).toBe(4);
});

test("takes a callback once", async ({ page, place }) => {
  const program = place.start("a", ["sign-in", "github", "--token-file"]);
  const callback = await callbackOf(page, program, "1001");
  await page.goto(callback);
  await expect(page.getByText("You can close this tab")).toBeVisible();
  expect((await program.end()).code).toBe(0);
  await expect(page.goto(callback)).rejects.toThrow("ERR_CONNECTION_REFUSED");
});

test("of two sign-ins at once one wins, and the other says what to do", async ({
  context,
  page,
  place,
}) => {
  const start = () => place.start("a", ["sign-in", "github", "--token-file"]);
  const [first, second] = [start(), start()];
  const other = await context.newPage();
  const one = await callbackOf(page, first, "1001");
  // A deployment keeps one code for an account: this one takes the place of the first.
  const two = await callbackOf(other, second, "1001");
  await Promise.all([page.goto(one), other.goto(two)]);
  await expect(page.getByText("You can close this tab")).toBeVisible();
  await expect(other.getByText("You can close this tab")).toBeVisible();
  const [loser, winner] = [await first.end(), await second.end()];
  expect(winner.code, winner.stderr).toBe(0);
  expect(loser.code, loser.stderr).toBe(4);
  expect(loser.stderr).toContain("sign-in");
  expect(await place.ok("a", "account")).toContain("github");
});

test("a callback that is not exactly the one that was asked for changes nothing", async ({
  page,
  place,
  watch,
}) => {
  watch.allow(/status of (400|404|405|421|431)/);
  const program = place.start("a", ["sign-in", "github", "--token-file"]);
  const right = await callbackOf(page, program, "1001");
  for (const wrong of wrongCallbacks(right)) {
    await page.goto(wrong);
    const shown = await page.evaluate(() => ({
      headings: [...document.querySelectorAll("h1, h2")].map((it) => it.textContent),
      alive: document.querySelectorAll("script, img, svg, iframe").length,
      text: document.body.textContent,
    }));
    expect(shown.headings, wrong).toEqual([
      expect.stringMatching(/^(Nothing here|Bad request|Too long)$/),
    ]);
    // Nothing of the address is repeated on the page, let alone run.
    expect(shown.alive, wrong).toBe(0);
    expect(shown.text, wrong).not.toContain("alert");
  }
  await page.goto(right);
  await expect(page.getByText("You can close this tab")).toBeVisible();
  expect((await program.end()).code).toBe(0);
});

/** Forty addresses that are nearly the right one. */
function wrongCallbacks(right: string): string[] {
  const url = new URL(right);
  const { origin } = url;
  const state = url.searchParams.get("state") ?? "";
  const code = url.searchParams.get("code") ?? "";
  const script = "<script>alert(1)</script>";
  const image = "<img src=x onerror=alert(1)>";
  const states = [
    "",
    "x",
    state.slice(1),
    state.slice(0, -1),
    `${state}A`,
    state.toLowerCase() === state ? state.toUpperCase() : state.toLowerCase(),
    [...state].reverse().join(""),
    `${state}%00`,
    "A".repeat(state.length),
    "A".repeat(4000),
    encodeURIComponent(script),
    encodeURIComponent(`"${image}`),
    "../../etc/passwd",
  ];
  const codes = [
    "",
    "0",
    `${code}0`,
    code.slice(1),
    ` ${code}`,
    `${code}%20`,
    `${code}%00`,
    `-${code.slice(1)}`,
    "abcdefgh",
    "%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96%EF%BC%97%EF%BC%98",
    encodeURIComponent(script),
    encodeURIComponent(image),
    "9".repeat(4000),
  ];
  const rests = [
    `/callback?code=${code}`,
    `/callback?code=${code}&state=${state}`,
    `/callback?state=${state}&state=${state}&code=${code}`,
    `/callback?state=${state}&code=${code}&code=${code}`,
    `/callback?state=${state}&code=${code}&error=access_denied`,
    `/callback?state=${state}&error=${encodeURIComponent(script)}`,
    `/callback?state=${state};code=${code}`,
    `/callback/?state=${state}&code=${code}`,
    `/Callback?state=${state}&code=${code}`,
    `//callback?state=${state}&code=${code}`,
    `/callback%3Fstate=${state}&code=${code}`,
    `/${encodeURIComponent(image)}?state=${state}&code=${code}`,
    `/callback?x=1&state=${state}&code=${code}`,
    "/",
  ];
  return [
    ...states.map((it) => `${origin}/callback?state=${it}&code=${code}`),
    ...codes.map((it) => `${origin}/callback?state=${state}&code=${it}`),
    ...rests.map((it) => `${origin}${it}`),
  ];
}
