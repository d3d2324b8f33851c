// How the tests run: `cargo xtask browser` builds the program, finds the browser and says
// in the environment where both are.

import { defineConfig } from "@playwright/test";
import { chromium } from "./support/machine.js";
import { PATIENCE } from "./support/patience.js";

export default defineConfig({
  testDir: "tests",
  outputDir: "results",
  // A browser for each worker, and a fresh profile of it for each test.
  fullyParallel: true,
  // They wait most of the time, so that two would leave a machine of two cores idle.
  workers: 3,
  forbidOnly: process.env["CI"] !== undefined,
  reporter: [["list"]],
  // What is waited for comes within its limit; a test may wait for several such things.
  timeout: 5 * PATIENCE,
  expect: { timeout: PATIENCE },
  use: {
    launchOptions: chromium(),
    viewport: { width: 1280, height: 800 },
    locale: "en-GB",
    timezoneId: process.env["TZ"] ?? "Europe/Berlin",
    screenshot: "only-on-failure",
  },
});
