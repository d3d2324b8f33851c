/**
 * How often rows name chunks, counted up during a transaction and written at its end. A
 * chunk that no row names any more stays for a day, as another row may be on its way that
 * does; one that a purge gave up goes at once.
 */
import type { Doc } from "../_generated/dataModel.js";
import type { DatabaseWriter } from "../_generated/server.js";
import { markOf, type Row } from "../model/row.js";
import { chunksOf } from "./chunks.js";

/** Chunks that one call drops although no row ever named them; others go within a day. */
const MAX_DROPPED = 256;

export class ChunkCounts {
  private readonly changes = new Map<string, number>();
  private readonly dropped = new Set<string>();

  constructor(
    private readonly writer: DatabaseWriter,
    private readonly now: number,
    private readonly find: (hash: string) => Promise<Doc<"syncChunks"> | null>,
  ) {}

  /** A row takes the place of another. */
  replace(old: Row | undefined, row: Row): void {
    const given = old ? chunksOf(old) : new Map<string, number>();
    for (const [hash, count] of chunksOf(row)) this.add(hash, count);
    for (const [hash, count] of given) this.add(hash, -count);
    if (markOf(row)) for (const hash of given.keys()) this.dropped.add(hash);
  }

  private add(hash: string, count: number): void {
    this.changes.set(hash, (this.changes.get(hash) ?? 0) + count);
  }

  /** These were put here for a row that is purged. */
  drop(hashes: Iterable<string>): void {
    for (const hash of hashes) {
      if (this.dropped.size >= MAX_DROPPED) return;
      this.dropped.add(hash);
    }
  }

  /** Writes the numbers. Whether there are chunks to be swept at once. */
  async write(): Promise<boolean> {
    let toSweep = false;
    for (const hash of new Set([...this.changes.keys(), ...this.dropped])) {
      const change = this.changes.get(hash) ?? 0;
      const isDropped = this.dropped.has(hash);
      const chunk = change === 0 && !isDropped ? null : await this.find(hash);
      if (!chunk) continue;
      const refs = Math.max(0, chunk.refs + change);
      // The sweep begins with those that were given up longest ago.
      const at = isDropped ? 0 : this.now;
      await this.writer.patch(chunk._id, refs === 0 ? { refs, at } : { refs });
      toSweep ||= isDropped && refs === 0;
    }
    this.changes.clear();
    this.dropped.clear();
    return toSweep;
  }
}
