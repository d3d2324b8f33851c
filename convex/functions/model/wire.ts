/**
 * A row as it travels: JSON text inside a string, checked here and answered for one by one,
 * because a validator's failure is anonymous on a production deployment and takes the whole
 * batch with it. Everything in it is hostile.
 */
import { isId, isPlainName } from "./names.js";
import { isCanonicalJson } from "./json.js";
import { PURGED, sortedCells, type Cell, type Row } from "./row.js";
import { isStamp } from "./stamp.js";
import { excerpt, utf8Length } from "./text.js";

/** The present state of a row, or the changed part of it. */
export interface Change {
  readonly entity: string;
  readonly id: string;
  readonly row: Row;
  /** No hub ever acknowledged the row. Only births fold into a twin. */
  readonly birth: boolean;
  /** Every cell that the sender has is in it. */
  readonly whole: boolean;
}

/** A value longer than this travels in chunks, and no other does. */
export const INLINE_BYTES = 65_536;

/** The size of a chunk; one that is not the last ends before the character too many. */
export const CHUNK_BYTES = 524_288;

/** Cells of a row at most. Newer versions add fields by the handful. */
const MAX_CELLS = 2_000;

const CONTENT_HASH = /^[0-9a-f]{64}$/;

export function isContentHash(text: unknown): text is string {
  return typeof text === "string" && CONTENT_HASH.test(text);
}

/** Reads a row, or says in a sentence why it can never be taken. */
export function readChange(text: string): Change | { refused: string } {
  const it = parse(text);
  if (typeof it !== "object" || it === null)
    return { refused: "The row is not a JSON object" };
  const { entity, id, birth = false, whole = false, cells } = it as Record<string, unknown>;
  if (typeof entity !== "string") return { refused: "The row names no entity" };
  if (typeof id !== "string" || !isId(id)) {
    return { refused: `\`${excerpt(String(id))}\` is not the id of a row` };
  }
  if (typeof birth !== "boolean" || typeof whole !== "boolean") {
    return { refused: "`birth` and `whole` must be true or false" };
  }
  if (!Array.isArray(cells)) return { refused: "The row has no list of cells" };
  if (cells.length > MAX_CELLS) {
    return { refused: `The row has more than ${MAX_CELLS} fields` };
  }
  const row: Row = new Map();
  const odd: string[] = [];
  for (const part of cells as unknown[]) {
    const read = readCell(part);
    if ("refused" in read) return read;
    if (row.has(read.field)) {
      return { refused: `The field \`${excerpt(read.field)}\` is there twice` };
    }
    if (read.field !== PURGED && !isPlainName(read.field)) odd.push(read.field);
    row.set(read.field, read.cell);
  }
  if (!isPlainName(entity)) odd.push(entity);
  if (odd[0] !== undefined) {
    return { refused: `\`${excerpt(odd[0])}\` is not a name this hub can store` };
  }
  return { entity, id, row, birth, whole };
}

function readCell(part: unknown): { field: string; cell: Cell } | { refused: string } {
  if (!Array.isArray(part) || part.length < 3 || part.length > 4) {
    return { refused: "A cell is not a field, a stamp and a value" };
  }
  const [field, stamp, text, chunks] = part as unknown[];
  if (typeof field !== "string" || typeof stamp !== "string" || typeof text !== "string") {
    return { refused: "A cell is not a field, a stamp and a value" };
  }
  const name = `\`${excerpt(field)}\``;
  if (!isStamp(stamp)) return { refused: `The stamp of ${name} is damaged` };
  if (chunks !== undefined) {
    const fits = Array.isArray(chunks) && chunks.length > 0 && chunks.every(isContentHash);
    // A mark is a word; as a long value it would keep a text where all were to go.
    if (field === PURGED) return { refused: "A purge mark is longer than a word" };
    if (!fits || text !== "") return { refused: `The chunks of ${name} are not hashes` };
    return { field, cell: { stamp, text, chunks } };
  }
  if (utf8Length(text) > INLINE_BYTES) {
    return { refused: `The value of ${name} is too long to travel without chunks` };
  }
  if (!isCanonicalJson(text)) {
    return { refused: `The value of ${name} is not JSON in its canonical form` };
  }
  return { field, cell: { stamp, text } };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Writes a row. */
export function writeChange(change: Change): string {
  const { entity, id, row, birth, whole } = change;
  const cells = sortedCells(row).map(([field, { stamp, text, chunks }]) =>
    chunks ? [field, stamp, "", chunks] : [field, stamp, text],
  );
  const marks = { ...(birth && { birth }), ...(whole && { whole }) };
  return JSON.stringify({ entity, id, ...marks, cells });
}

/** About how many bytes a row takes on the wire. */
export function wireSize(row: Row): number {
  let bytes = 100;
  for (const [field, { text, chunks }] of row) {
    bytes += field.length + 45 + utf8Length(text) + (chunks?.length ?? 0) * 67;
  }
  return bytes;
}
