// The process: `node --import tsx local/main.ts`. Prints one line of JSON when it is
// ready; everything else goes to standard error.

import "./clock.js";
import { startDeployment } from "./deployment.js";
import { readOptions, UsageError } from "./options.js";

// What functions log must not get into what a program reads here.
console.log = console.info = console.debug = console.error;

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  let close = (): void => {};
  const stop = (): never => {
    close();
    process.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, stop);
  if (options.untilStdinEnds) process.stdin.resume().on("end", stop).on("error", stop);
  // A function that was scheduled and fails must not take the deployment with it.
  process.on("unhandledRejection", (reason) => console.error(reason));
  const deployment = await startDeployment(options, stop);
  close = deployment.close;
  process.stdout.write(`${JSON.stringify(deployment.ready)}\n`);
}

main().catch((error: unknown) => {
  const known = error instanceof UsageError;
  console.error(known ? error.message : error);
  process.exit(known ? 2 : 1);
});
