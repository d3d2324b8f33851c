// The app while it runs, and browsers that the program let in.

import { expect, type Page } from "@playwright/test";
import type { Place, Running } from "./place.js";

/** Where the program says that the app is. */
const ADDRESS = /http:\/\/127\.0\.0\.1:[0-9]+\/\S*/;

/** The app on a profile. */
export class App {
  private readonly inside = new WeakSet<Page>();

  private constructor(
    private readonly place: Place,
    readonly profile: string,
    readonly running: Running,
    /** The address that it said when it was ready, with a code. */
    readonly first: URL,
  ) {}

  /** Starts the app of a program on a profile, and waits until it answers. */
  static async start(place: Place, profile: string, program = "driftline"): Promise<App> {
    const running = place.start(profile, ["open", "--no-browser"], program);
    const [address] = await running.says(ADDRESS);
    return new App(place, profile, running, new URL(address));
  }

  get origin(): string {
    return this.first.origin;
  }

  /** The address of a page, with a fresh code that lets one browser in. */
  async link(path = "/"): Promise<string> {
    const said = await this.place.ok(this.profile, "open", "--no-browser");
    const address = ADDRESS.exec(said)?.[0];
    if (address === undefined) throw new Error(`driftline open says no address: ${said}`);
    return `${this.origin}${path}${new URL(address).hash}`;
  }

  /** Goes to a page as a person does who was let in, and waits until it is there. */
  async visit(page: Page, path: string): Promise<void> {
    const known = this.inside.has(page);
    this.inside.add(page);
    await page.goto(known ? `${this.origin}${path}` : await this.link(path));
    await isThere(page);
  }
}

/** Waits until the contents of a page are there. */
export async function isThere(page: Page): Promise<void> {
  await expect(page.locator("main")).not.toHaveAttribute("aria-busy");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
}

/**
 * Goes to another page as a click on a link does. The browser loads no document for it, so
 * that a test of very many pages takes seconds and not minutes.
 */
export async function follow(page: Page, path: string): Promise<void> {
  const said = await page.evaluate(async (path) => {
    const left = document.querySelector("main");
    const shown = new Promise<void>((done) => {
      const changes = new MutationObserver(() => {
        if (document.querySelector("main") === left) return;
        changes.disconnect();
        done();
      });
      changes.observe(document.body, { childList: true });
    });
    const link = document.createElement("a");
    link.href = path;
    document.body.append(link);
    link.click();
    link.remove();
    await shown;
    // What it holds is drawn, and has run if it could.
    await new Promise(requestAnimationFrame);
    await new Promise((done) => setTimeout(done));
    const heading = document.querySelector("main h1");
    return heading?.checkVisibility() ? "there" : document.body.innerText;
  }, path);
  expect(said, path).toBe("there");
}
