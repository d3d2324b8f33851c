// Timestamps of the sync protocol: nanoseconds that always grow, as base64.

import { now } from "./clock.js";

export class Timestamps {
  private last = 0n;

  /** A timestamp later than every other. */
  next(): string {
    const clock = BigInt(Math.trunc(now())) * 1_000_000n;
    this.last = clock > this.last ? clock : this.last + 1n;
    return encode(this.last);
  }

  /** The timestamp of nothing. */
  static readonly zero = encode(0n);
}

function encode(timestamp: bigint): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, timestamp));
  return bytes.toString("base64");
}
