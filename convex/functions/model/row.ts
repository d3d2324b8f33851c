/**
 * The whole merge. A row maps fields to cells, a cell is the text of a value and the stamp
 * of its last write; two rows join field by field, the greater stamp wins. A purge mark is a
 * cell, too, and drops every other one. That makes rows a join-semilattice: the order,
 * repetition and batching of deliveries do not matter.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { Stamp } from "./stamp.js";
import { compareUtf8 } from "./text.js";

/** The field that every row has: when it was deleted, or null once restored. */
export const DELETED_AT = "deleted_at";

/**
 * The field of a purge mark: the row was erased for good. No entity's field is called so.
 * Its value says by whom: "person", or "expired" for a deletion that is long past.
 */
export const PURGED = "~purged";

/** The canonical JSON of a value, or, if that is long, the hashes of its pieces. */
export interface Value {
  readonly text: string;
  readonly chunks?: readonly string[];
}

export interface Cell extends Value {
  readonly stamp: Stamp;
}

/** The cells by field. A field without a cell was never written. */
export type Row = Map<string, Cell>;

/** Which of two different values is greater, where one of them at least is in chunks. */
export type CompareChunked = (one: Value, other: Value) => Promise<number>;

export interface Joined {
  readonly row: Row;
  readonly changed: boolean;
}

/** Whether the value is a JSON null. */
export function isNull(value: Value): boolean {
  return value.chunks === undefined && value.text === "null";
}

/** Whether the row is marked as deleted. */
export function isDeleted(row: Row): boolean {
  const mark = row.get(DELETED_AT);
  return mark !== undefined && !isNull(mark);
}

/** The row's purge mark, if it has one. */
export function markOf(row: Row | undefined): Cell | undefined {
  return row?.get(PURGED);
}

/** What a mark leaves of the row. Without a mark it is as it was. */
function underMark(row: Row): Row {
  const mark = markOf(row);
  return mark && row.size > 1 ? new Map([[PURGED, mark]]) : row;
}

export function sameValue(one: Value, other: Value): boolean {
  if (one.chunks === undefined || other.chunks === undefined) {
    return one.chunks === other.chunks && one.text === other.text;
  }
  return one.chunks.join() === other.chunks.join();
}

/** Less than, equal to or greater than 0: the greater stamp, then the greater value. */
export async function compareCells(
  one: Cell,
  other: Cell,
  compareChunked: CompareChunked,
): Promise<number> {
  if (one.stamp !== other.stamp) return one.stamp < other.stamp ? -1 : 1;
  if (sameValue(one, other)) return 0;
  if (one.chunks || other.chunks) return compareChunked(one, other);
  return compareUtf8(one.text, other.text);
}

/**
 * Takes every cell of `other` into `mine` that is greater than the one there. Under a mark
 * nothing else is left, whatever its stamp.
 */
export async function join(
  mine: Row,
  other: Row,
  compareChunked: CompareChunked,
): Promise<Joined> {
  const row = new Map(underMark(mine));
  let changed = row.size < mine.size;
  for (const [field, cell] of underMark(other)) {
    if (row.has(PURGED) && field !== PURGED) continue;
    const held = row.get(field);
    if (held && (await compareCells(cell, held, compareChunked)) <= 0) continue;
    row.set(field, cell);
    changed = true;
  }
  return { row: underMark(row), changed };
}

/** The cells by the bytes of their fields' names: the order in which rows are written. */
export function sortedCells(row: Row): [string, Cell][] {
  return [...row].sort(([one], [other]) => compareUtf8(one, other));
}

/**
 * 64 bits that stand for what a hub holds of a row: its id, and the names and stamps of its
 * cells, or those of its mark. Summed over rows they make a digest. Never 0.
 */
export function hashOf(entity: string, id: string, row: Row): bigint {
  const cells = sortedCells(underMark(row)).map(
    ([field, cell]) => `${field} ${cell.stamp}\n`,
  );
  const text = `${entity}\n${id}\n${cells.join("")}`;
  const digest = sha256(new TextEncoder().encode(text));
  const hash = new DataView(digest.buffer, digest.byteOffset).getBigUint64(0);
  return hash === 0n ? 1n : hash;
}

/** SHA-256 of the UTF-8 of `text`, in lower-case hexadecimal. */
export function contentHash(text: string): string {
  return bytesToHex(sha256(new TextEncoder().encode(text)));
}

/** 64 bits as they travel: 16 lower-case hexadecimal digits. */
export function toHex(number: bigint): string {
  return BigInt.asUintN(64, number).toString(16).padStart(16, "0");
}

export function fromHex(text: string): bigint {
  return BigInt(`0x${text}`);
}
