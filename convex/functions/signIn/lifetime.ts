const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * People sign in once on a machine and use it now and then, so a session lives for a year
 * (a leap year, too). One that was not used for half a year ends before that: that machine
 * was probably lost, sold or given away. Either way only the session ends: what was not
 * sent stays on the device until its owner signs in again.
 */
export const SESSION = {
  totalDurationMs: 366 * DAY_MS,
  inactiveDurationMs: 180 * DAY_MS,
};
