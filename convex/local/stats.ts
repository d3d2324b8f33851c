// What the deployment did since it started, for tests that measure.

/** Calls of one function. */
interface Calls {
  calls: number;
  errors: number;
  /** Attempts that were thrown away, because another mutation changed what they read. */
  conflicts: number;
  /** Milliseconds of all calls together, and of the slowest. */
  millis: number;
  slowest: number;
}

export class Stats {
  private readonly functions = new Map<string, Calls>();
  private readonly cpuAtStart = process.cpuUsage();
  bytesIn = 0;
  bytesOut = 0;
  /** WebSocket connections that were made. */
  connections = 0;
  /** Calls that are not answered yet. */
  open = 0;

  /** Counts a call that took `millis`. */
  count(path: string, ok: boolean, millis: number): void {
    const known = this.of(path);
    known.calls += 1;
    known.errors += ok ? 0 : 1;
    known.millis += millis;
    known.slowest = Math.max(known.slowest, millis);
  }

  /** Counts an attempt that was thrown away. */
  conflict(path: string): void {
    this.of(path).conflicts += 1;
  }

  private of(path: string): Calls {
    let known = this.functions.get(path);
    if (!known) {
      known = { calls: 0, errors: 0, conflicts: 0, millis: 0, slowest: 0 };
      this.functions.set(path, known);
    }
    return known;
  }

  /** The numbers so far. Bytes are those of bodies of the API, without headers. */
  report() {
    const { user, system } = process.cpuUsage(this.cpuAtStart);
    return {
      functions: Object.fromEntries(this.functions),
      bytesIn: this.bytesIn,
      bytesOut: this.bytesOut,
      connections: this.connections,
      open: this.open,
      cpuSeconds: (user + system) / 1e6,
      rssBytes: process.memoryUsage.rss(),
    };
  }
}
