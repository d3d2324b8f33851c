// The pictures of the README: `cargo xtask browser --update-screenshots`.

import { fileURLToPath } from "node:url";
import { defineConfig } from "@playwright/test";
import tests from "./playwright.config.js";

// The same letters on every machine that has them.
process.env["FONTCONFIG_FILE"] = fileURLToPath(
  new URL("screenshots/fonts.conf", import.meta.url),
);

export default defineConfig(tests, {
  testDir: "screenshots",
  testMatch: "*.shots.ts",
});
