// The local Convex deployment of this repository, as a process.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Place } from "./place.js";

const CONVEX = fileURLToPath(new URL("../../convex", import.meta.url));

/** What the process says when it is ready. */
interface Ready {
  url: string;
  siteUrl: string;
  providerUrl: string;
}

export class Deployment {
  private constructor(
    private readonly process: ChildProcess,
    private readonly ready: Ready,
  ) {}

  static async start(): Promise<Deployment> {
    // Built by `cargo xtask browser`; the clock comes before everything else.
    const built = (name: string): string => `./.built/${name}`;
    const program = ["--import", built("local/clock.js"), built("local/main.js")];
    const options = [...program, "--functions", built("functions"), "--until-stdin-ends"];
    const child = spawn("node", options, {
      cwd: CONVEX,
      stdio: ["pipe", "pipe", "inherit"],
    });
    for await (const line of createInterface(child.stdout)) {
      return new Deployment(child, JSON.parse(line) as Ready);
    }
    throw new Error("the local deployment ended before it was ready; see above");
  }

  get url(): string {
    return this.ready.url;
  }

  get siteUrl(): string {
    return this.ready.siteUrl;
  }

  get providerUrl(): string {
    return this.ready.providerUrl;
  }

  /** Points a profile here. */
  async join(place: Place, profile: string): Promise<void> {
    const remote = ["remote.backend", "convex", "remote.url", this.url];
    await place.ok(profile, "config", "set", ...remote, "remote.site_url", this.siteUrl);
  }

  async stop(): Promise<void> {
    this.process.stdin?.end();
    if (this.process.exitCode === null) await once(this.process, "exit");
  }
}
