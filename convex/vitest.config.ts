import { defineConfig } from "vitest/config";

/** How long a test or what it needs may take, in milliseconds. */
const PATIENCE = 120_000;

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    // Machines that build something else meanwhile stall for many seconds.
    testTimeout: PATIENCE,
    hookTimeout: PATIENCE,
    server: { deps: { inline: ["convex-test"] } },
  },
});
