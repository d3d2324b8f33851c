// The listener of both stand-ins.

import type { IncomingMessage, ServerResponse } from "node:http";
import { bodyOf, failure, send, text } from "../http/exchange.js";
import { GitHub, type Reply } from "./github.js";
import { Google } from "./google.js";
import { Visitors } from "./people.js";

/** Where Google's stand-in lives on the port of both. */
export const GOOGLE_PATH = "/google";

export class Providers {
  private constructor(
    readonly visitors: Visitors,
    private readonly github: GitHub,
    private readonly google: Google,
  ) {}

  /** The stand-ins at `origin`, for a deployment whose HTTP actions are at `site`. */
  static async start(origin: string, site: string): Promise<Providers> {
    const visitors = new Visitors();
    const callback = (name: string) => `${site}/api/auth/callback/${name}`;
    return new Providers(
      visitors,
      new GitHub(origin, callback("github"), visitors),
      await Google.start(`${origin}${GOOGLE_PATH}`, callback("google"), visitors),
    );
  }

  /** Answers a request. Never throws. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const url = new URL(request.url ?? "/", "http://127.0.0.1");
      const body = (await bodyOf(request, 1 << 20)).toString();
      const answer: Reply =
        (await this.google.answer(request, url, body)) ??
        this.github.answer(request, url, body) ??
        // Browsers ask for it beside every page.
        (url.pathname === "/favicon.ico" ? text(204, "") : text(404, "Not Found"));
      const { location } = answer;
      send(response, answer, location === undefined ? {} : { location });
    } catch (error) {
      send(response, failure(error));
    }
  }
}
