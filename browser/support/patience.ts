// The one limit of the tests. Not a time that anything should take: machines that build
// something else meanwhile stall for many seconds.

/** How long a test waits for what must come, in milliseconds. */
export const PATIENCE = 120_000;
