// The order of Convex values in an index, and the ends of a range.

import { compareValues } from "convex/values";
import type { Document } from "./types.js";

/** Below and above every value: what stands after the last given part of a range. */
export const LOW = Symbol("low");
export const HIGH = Symbol("high");

/** The values of an index's fields, or the end of a range. */
export type Key = unknown[];

/** The value of a field, also of a nested one such as `a.b`. */
export function fieldOf(document: Document, path: string): unknown {
  if (!path.includes(".")) return document[path];
  let value: unknown = document;
  for (const part of path.split(".")) {
    const inside = value !== null && typeof value === "object" && !Array.isArray(value);
    value = inside ? (value as Document)[part] : undefined;
  }
  return value;
}

/** Compares two keys as Convex does. */
export function compareKeys(a: Key, b: Key): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const order = compareParts(a[i], b[i]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareParts(a: unknown, b: unknown): number {
  if (a === b && a !== 0) return 0;
  if (a === LOW || b === HIGH) return -1;
  if (a === HIGH || b === LOW) return 1;
  // The common cases, much faster than the general comparison, and equal to it: zero has
  // two signs and NaN has a place, so those go the long way.
  if (typeof a === "number" && typeof b === "number" && a === a && b === b && a !== 0) {
    return a - b;
  }
  return compareValues(a as never, b as never);
}
