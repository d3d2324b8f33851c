/** What a deployment does by itself. */
import { cronJobs } from "convex/server";
import { internal } from "./_generated/api.js";

const crons = cronJobs();
crons.daily(
  "sweep chunks",
  { hourUTC: 3, minuteUTC: 10 },
  internal.maintenance.sweepChunks,
  {},
);
crons.daily(
  "sweep sessions",
  { hourUTC: 4, minuteUTC: 10 },
  internal.signIn.cleaning.sweepSessions,
  {},
);

crons.daily(
  "resume erasing",
  { hourUTC: 5, minuteUTC: 10 },
  internal.maintenance.resumeErasing,
  {},
);

export default crons;
