/**
 * What a function throws. Only the data of a `ConvexError` reaches a client of a production
 * deployment, so everything that a client must tell apart has a code.
 */
import { ConvexError } from "convex/values";

/**
 * The version of what travels. A version and the one before it work together. In version 3
 * the id of a message names its session; 2 was never spoken.
 */
export const PROTOCOL = 3;

/** The oldest version whose rows have the ids of today. */
const OLDEST_ROWS = 3;

type Code =
  | "unauthenticated"
  | "unlinked"
  | "moved"
  | "old_call"
  | "protocol"
  | "unknown_device"
  | "not_invited"
  | "slow_down"
  | "bad_request";

export function failure(
  code: Code,
  message: string,
  more: Record<string, number | string> = {},
) {
  return new ConvexError({ code, message, ...more });
}

export function unlinked() {
  return failure("unlinked", "Nothing of this person is here yet; link a device first");
}

export function moved() {
  return failure("moved", "The call is for another account or epoch than the one here");
}

export function badRequest(message: string) {
  return failure("bad_request", message);
}

export function checkProtocol(theirs: number): void {
  const protocol = whole("protocol", theirs);
  if (Math.abs(protocol - PROTOCOL) <= 1) return;
  const message = `This deployment speaks version ${PROTOCOL}, the call version ${protocol}`;
  throw failure("protocol", message, { theirs: PROTOCOL });
}

/** Refuses to serve rows that devices of an older version sent: theirs have other ids. */
export function checkRows(protocol = 1): void {
  if (protocol >= OLDEST_ROWS) return;
  const message =
    `The rows here are of version ${protocol}, whose ids differ from today's; ` +
    "empty this deployment's tables, and devices fill them again";
  throw failure("protocol", message, { theirs: protocol });
}

/** A whole number from 0 that a double holds exactly. */
export function whole(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw badRequest(`\`${name}\` must be a whole number from 0 and below 2^53`);
}

/** A short text that is not empty. */
export function name(what: string, value: string): string {
  if (value.length > 0 && value.length <= 200 && value.isWellFormed()) return value;
  throw badRequest(`\`${what}\` must have 1 to 200 characters`);
}

/** A list with a bounded number of parts. */
export function bounded<T>(what: string, list: readonly T[], most: number): readonly T[] {
  if (list.length <= most) return list;
  throw badRequest(`\`${what}\` must have at most ${most} parts`);
}
