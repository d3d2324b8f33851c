/** Values in chunks: whether their pieces are there and cut by the rule, and their order. */
import { isCanonicalJson } from "../model/json.js";
import { sameValue, type CompareChunked, type Row, type Value } from "../model/row.js";
import { compareUtf8, excerpt } from "../model/text.js";
import { CHUNK_BYTES, INLINE_BYTES } from "../model/wire.js";
import type { ReadStore } from "./store.js";

/** All long values of a row together. */
const MAX_ROW_BYTES = 64 * 1024 * 1024;
/** A chunk that is not the last lacks less than the longest character. */
const FULL_BYTES = CHUNK_BYTES - 3;
/** Chunks that one call can name: each costs a look-up, and those are limited. */
const MAX_CHUNKS_OF_ROW = 256;

export type ChunkProblem =
  | { readonly kind: "need_chunks"; readonly hashes: string[] }
  | { readonly kind: "refused"; readonly reason: string };

/**
 * Texts that one call reads to see whether they are JSON, of the 16 MiB that it may read at
 * all. The long values of a row that has more are taken unread; whoever cannot read one
 * has to leave it aside.
 */
const MAX_READ_BYTES = 12 * 1024 * 1024;

/** Checks the long values of the rows of one call. */
export class LongValues {
  private left = MAX_READ_BYTES;

  constructor(private readonly store: ReadStore) {}

  /** Why those of `row` cannot be taken over those of `held`, if so. */
  async check(row: Row, held: Row | undefined): Promise<ChunkProblem | undefined> {
    const { news, bytes, problem } = await sizes(this.store, row, held);
    if (problem || news.length === 0 || bytes > MAX_READ_BYTES) return problem;
    // The batch as a whole is too much; its sender tries a part of it.
    if (bytes > this.left) throw new Error("The long values of this call are too long");
    this.left -= bytes;
    for (const [field, chunks] of news) {
      const texts: string[] = [];
      for (const hash of chunks) texts.push(await this.store.chunkText(hash));
      if (isCanonicalJson(texts.join(""))) continue;
      const reason = `The value of \`${excerpt(field)}\` is not JSON in its canonical form`;
      return { kind: "refused", reason };
    }
    return undefined;
  }
}

interface Sizes {
  /** The fields whose long values are new here, with their chunks. */
  readonly news: [string, readonly string[]][];
  readonly bytes: number;
  readonly problem?: ChunkProblem;
}

async function sizes(store: ReadStore, row: Row, held: Row | undefined): Promise<Sizes> {
  const news: [string, readonly string[]][] = [];
  const missing = new Set<string>();
  let total = 0;
  let count = 0;
  for (const [field, cell] of row) {
    const mine = held?.get(field);
    if (!cell.chunks) continue;
    // What loses anyway, or is here already, needs no pieces.
    if (mine && (cell.stamp < mine.stamp || sameValue(cell, mine))) continue;
    count += cell.chunks.length;
    if (count > MAX_CHUNKS_OF_ROW) return { news, bytes: 0, problem: tooLarge() };
    news.push([field, cell.chunks]);
    let size = 0;
    let wellCut = true;
    for (const [at, hash] of cell.chunks.entries()) {
      const chunk = await store.chunk(hash);
      if (!chunk) {
        missing.add(hash);
        continue;
      }
      size += chunk.bytes;
      wellCut &&= at === cell.chunks.length - 1 || chunk.bytes >= FULL_BYTES;
    }
    total += size;
    if (missing.size === 0 && (!wellCut || size <= INLINE_BYTES)) {
      const reason = `The chunks of \`${excerpt(field)}\` are not cut where they must be`;
      return { news, bytes: total, problem: { kind: "refused", reason } };
    }
  }
  if (total > MAX_ROW_BYTES) return { news, bytes: total, problem: tooLarge() };
  if (missing.size === 0) return { news, bytes: total };
  return { news, bytes: total, problem: { kind: "need_chunks", hashes: [...missing] } };
}

function tooLarge(): ChunkProblem {
  return { kind: "refused", reason: "The row is larger than 64 MiB; shorten its values" };
}

/** The hashes that a row names, with how often. */
export function chunksOf(row: Row): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { chunks = [] } of row.values()) {
    for (const hash of chunks) counts.set(hash, (counts.get(hash) ?? 0) + 1);
  }
  return counts;
}

/**
 * Compares two different values by their texts. Both are cut by one rule, so the first
 * pieces that differ decide, and no other has to be read.
 */
export function chunkOrder(store: ReadStore): CompareChunked {
  return async (one, other) => {
    const [left, right] = [pieces(store, one), pieces(store, other)];
    const count = Math.min(left.length, right.length);
    for (let at = 0; at < count; at += 1) {
      if (left[at]!.hash !== undefined && left[at]!.hash === right[at]!.hash) continue;
      const order = compareUtf8(await left[at]!.read(), await right[at]!.read());
      if (order !== 0) return order;
    }
    return left.length - right.length;
  };
}

interface Piece {
  readonly hash?: string;
  read(): Promise<string>;
}

function pieces(store: ReadStore, value: Value): Piece[] {
  if (!value.chunks) return [{ read: () => Promise.resolve(value.text) }];
  return value.chunks.map((hash) => ({ hash, read: () => store.chunkText(hash) }));
}
