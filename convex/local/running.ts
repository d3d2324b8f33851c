// Whether the deployment runs its functions, and what it says when it does not: the
// service stops a deployment by an ordinary error of every function, not by a status.

import { HttpError } from "./http/exchange.js";

/** What the service tells, as its source has it. Production leaves it out of answers. */
const REASONS = {
  free_plan:
    "You have exceeded the free plan limits, so your deployments have been disabled. " +
    "Please upgrade to a Pro plan or reach out to us at support@convex.dev for help.",
  spending_limit:
    "You have exceeded your spending limits, so your deployments have been disabled. " +
    "Please increase your spending limit on the Convex dashboard or wait until limits reset.",
  usage_limit:
    "This deployment has been disabled because it exceeded a configured usage limit. " +
    "Update or disable the usage limit in the Convex dashboard in deployment settings to " +
    "resume function execution.",
  paused:
    "Cannot run functions while this deployment is paused. Resume the deployment in the " +
    "dashboard settings to allow functions to run.",
  suspended:
    "Cannot run functions while this deployment is suspended. Please contact Convex if you " +
    "believe this is a mistake.",
} as const;

/** Set by a test, looked at by every call. */
export class Running {
  private reason: string | null = null;
  /** Calls to answer before the reason counts. */
  private calls = 0;

  /** Why the next call is not run, or null if it is. */
  take(): string | null {
    if (this.reason === null) return null;
    if (this.calls === 0) return this.reason;
    this.calls -= 1;
    return null;
  }

  /** Stops the deployment after so many calls more, or lets it run. */
  set(state: unknown, after: unknown = 0): void {
    const known = typeof state === "string" && Object.hasOwn(REASONS, state);
    if (!known && state !== "running") {
      const names = ["running", ...Object.keys(REASONS)].join(", ");
      throw new HttpError(400, "BadOrder", `\`state\` is one of ${names}`);
    }
    if (!Number.isSafeInteger(after) || (after as number) < 0) {
      throw new HttpError(400, "BadOrder", "`after` is a whole number of calls from 0");
    }
    this.reason = known ? REASONS[state as keyof typeof REASONS] : null;
    this.calls = after as number;
  }
}
