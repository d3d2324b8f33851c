// What the tests need of this machine. `cargo xtask browser` says where it is.

import type { LaunchOptions } from "@playwright/test";

function place(variable: string): string {
  const value = process.env[variable];
  if (value === undefined || value === "") {
    throw new Error(`${variable} is not set; run the tests with: cargo xtask browser`);
  }
  return value;
}

/** The folder with the programs that were built from this repository. */
export function programs(): string {
  return place("DRIFTLINE_PROGRAMS");
}

/** A name of this machine as a page that means harm would have one: DNS rebinding. */
export const OTHER_NAME = "rebound.example";

/** The machine's own Chromium, which talks to this machine only. */
export function chromium(): LaunchOptions {
  return {
    executablePath: place("CHROMIUM"),
    // By the machine's own clock: with libfaketime in front of it, it takes minutes for a
    // page. Nothing that pages do depends on it, because the program writes every time.
    env: { ...process.env, LD_PRELOAD: undefined },
    args: [
      "--disable-gpu",
      "--disable-quic",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
      // No name leads anywhere, so that nothing leaves the machine even where a test fails.
      `--host-resolver-rules=MAP ${OTHER_NAME} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost`,
      // Text looks the same on every machine with the same fonts.
      "--font-render-hinting=none",
    ],
  };
}
