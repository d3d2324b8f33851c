// The one clock of the tests. What they write is as old as it says, whatever day it is.
// `cargo xtask test` runs those with `@days` in their name again in other zones, a year ahead.

/** When this worker began. */
const NOW = Date.now();

const DAY = 24 * 60 * 60 * 1000;

/** So many days ago at this time of the day, such as `09:00`, in UTC. */
export function daysAgo(days: number, time: string): string {
  const day = new Date(NOW - days * DAY).toISOString().slice(0, 10);
  return `${day}T${time}:00.000Z`;
}

/** What stands in for the machine's clock and zone, if anything does. */
const STAND_INS = [
  "TZ",
  "LD_PRELOAD",
  "FAKETIME",
  "FAKETIME_DONT_FAKE_MONOTONIC",
  "NO_FAKE_STAT",
];

/** The variables by which a program goes by the clock of the tests. */
export function clock(): Record<string, string> {
  return Object.fromEntries(
    STAND_INS.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
