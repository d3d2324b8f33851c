// How the tests run: `cargo xtask browser` builds the program, finds the browser and says
// in the environment where both are.

import { defineConfig } from "@playwright/test";
import { chromium } from "./support/machine.js";

export default defineConfig({
  testDir: "tests",
  outputDir: "results",
  // A browser for each worker, and a fresh profile of it for each test.
  fullyParallel: true,
  workers: 2,
  forbidOnly: process.env["CI"] !== undefined,
  reporter: [["list"]],
  // Limits for conditions that are waited for, not times that anything should take: CI's
  // machines stall for seconds.
  timeout: 120_000,
  expect: { timeout: 30_000 },
  use: {
    launchOptions: chromium(),
    viewport: { width: 1280, height: 800 },
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    screenshot: "only-on-failure",
  },
});
