// One clock for everything in the process: functions, token lifetimes, the stand-in
// providers. A test can set it, so that a simulated fleet lives in its own time.
// It has to replace `Date` before any other module looks at it: main.ts imports it first.

const RealDate = globalThis.Date;
let frozen: number | null = null;
const listeners = new Set<() => void>();

/** Milliseconds since 1970 as functions see them. */
export function now(): number {
  return frozen ?? RealDate.now();
}

/** Stops the clock at `millis`, or lets it run with the machine again (`null`). */
export function setClock(millis: number | null): void {
  frozen = millis;
  for (const listener of listeners) listener();
}

/** Calls `listener` whenever the clock is set. Returns how to stop that. */
export function onClockSet(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

class DeploymentDate extends RealDate {
  constructor(...given: unknown[]) {
    if (given.length === 0) super(now());
    else super(...(given as [number]));
  }

  static override now(): number {
    return now();
  }
}

// `Date()` without `new` gives a string; a class cannot be called that way.
globalThis.Date = new Proxy(DeploymentDate, {
  apply: () => new DeploymentDate().toString(),
}) as unknown as DateConstructor;
