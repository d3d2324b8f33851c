/** Values in chunks: whether their pieces are there and cut by the rule, and their order. */
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

/** Why the long values of `row` cannot be taken over those of `held`, if so. */
export async function checkChunks(
  store: ReadStore,
  row: Row,
  held: Row | undefined,
): Promise<ChunkProblem | undefined> {
  const missing = new Set<string>();
  let total = 0;
  let count = 0;
  for (const [field, cell] of row) {
    const mine = held?.get(field);
    if (!cell.chunks) continue;
    // What loses anyway, or is here already, needs no pieces.
    if (mine && (cell.stamp < mine.stamp || sameValue(cell, mine))) continue;
    count += cell.chunks.length;
    if (count > MAX_CHUNKS_OF_ROW) return tooLarge();
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
      return { kind: "refused", reason };
    }
  }
  if (total > MAX_ROW_BYTES) return tooLarge();
  if (missing.size > 0) return { kind: "need_chunks", hashes: [...missing] };
  return undefined;
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
