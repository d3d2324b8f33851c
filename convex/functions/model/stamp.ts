/**
 * When a cell was written, and by what. A stamp is 37 characters that sort as it compares:
 * the class (1 a person, 0 a machine), then in hexadecimal 12 digits of time, 8 of a
 * counter and 16 that tell writers apart.
 */

export type Stamp = string;

/** The stamp of facts that a hub records: no clock takes part in them. */
export const FACT_STAMP: Stamp = "0".repeat(37);

const STAMP = /^[01][0-9a-f]{36}$/;

export function isStamp(text: string): boolean {
  return STAMP.test(text);
}

/** Whether a person or an agent wrote the cell, rather than an import. */
export function isPerson(stamp: Stamp): boolean {
  return stamp.startsWith("1");
}

/** The time part: milliseconds since 1970 for a person's stamp. */
export function millisOf(stamp: Stamp): number {
  return Number.parseInt(stamp.slice(1, 13), 16);
}
