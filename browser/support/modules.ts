// The modules of the app's script, one at a time, in an empty page without the app.

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";

const FOLDER = new URL("../../crates/web/assets/js/", import.meta.url);

/** An address of this machine at which nothing answers: this does instead. */
const ORIGIN = "http://localhost:9";

/** Opens an empty page that can import the modules, such as `/morph.js`. */
export async function openModules(page: Page): Promise<void> {
  await page.route(`${ORIGIN}/**`, async (route) => {
    const { pathname } = new URL(route.request().url());
    if (!pathname.endsWith(".js")) {
      const body = "<!doctype html><title>Modules</title><link rel=icon href=data:,>";
      return route.fulfill({ contentType: "text/html", body });
    }
    const body = await readFile(fileURLToPath(new URL(`.${pathname}`, FOLDER)));
    return route.fulfill({ contentType: "text/javascript", body });
  });
  await page.goto(ORIGIN);
}
