// Whatever a test is about, no page may talk to another machine, open a dialog, run into
// an error, or break its own content security policy. Every test has this.

import type { BrowserContext, Request } from "@playwright/test";

const OWN_HOSTS = new Set(["127.0.0.1", "localhost", "[::1]"]);
const OWN_SCHEMES = new Set(["blob:", "data:", "about:"]);

/** What pages did that none should do. */
export class Watch {
  private readonly seen: string[] = [];
  private readonly allowed: RegExp[] = [];

  constructor(context: BrowserContext) {
    context.on("request", (request) => this.request(request));
    context.on("dialog", (dialog) => {
      this.seen.push(`a dialog: ${dialog.type()}: ${dialog.message()}`);
      void dialog.dismiss();
    });
    context.on("weberror", (error) => this.seen.push(`an error: ${error.error().message}`));
    // Violations of a page's policy come this way, too.
    context.on("console", (message) => {
      if (message.type() !== "error") return;
      this.seen.push(`on the console: ${message.text()} (${message.location().url})`);
    });
  }

  /** This test brings about something that is complained of. */
  allow(complaint: RegExp): void {
    this.allowed.push(complaint);
  }

  /** What is left to complain of. */
  complaints(): string[] {
    return this.seen.filter((it) => !this.allowed.some((allowed) => allowed.test(it)));
  }

  private request(request: Request): void {
    const url = new URL(request.url());
    if (OWN_SCHEMES.has(url.protocol) || OWN_HOSTS.has(url.hostname)) return;
    this.seen.push(`a request to another host: ${request.url()}`);
  }
}
