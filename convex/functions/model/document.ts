/**
 * Rows to documents and back, without loss. A value has its column if the column can give
 * back exactly the text that came; everything else is kept aside as text: cells of fields
 * that this schema does not know, numbers that a double cannot hold, values of another
 * kind than their column's.
 */
import type { Descriptor, Kind } from "./descriptor.js";
import { DELETED_AT, sortedCells, type Cell, type Row } from "./row.js";
import type { Stamp } from "./stamp.js";
import { utf8Length } from "./text.js";

export type ColumnValue = string | number | boolean | null;

/** The part of a document that holds the cells. */
export interface RowDocument {
  syncStamp: string;
  syncStamps?: string;
  syncExtra?: string;
  syncChunks?: string;
  [column: string]: ColumnValue | undefined;
}

/** What a row can take in a document of at most 1 MiB, beside what a hub adds. */
export const DOCUMENT_BYTES = 900_000;

/** Writes a row. Without a descriptor everything is kept aside. */
export function toDocument(descriptor: Descriptor | undefined, row: Row): RowDocument {
  const columns: Record<string, ColumnValue> = {};
  const extra: [string, string][] = [];
  const chunks: [string, readonly string[]][] = [];
  const cells = sortedCells(row);
  for (const [field, cell] of cells) {
    const kind = columnOf(descriptor, field);
    const value = kind && !cell.chunks ? encode(kind, cell.text) : undefined;
    if (cell.chunks) chunks.push([field, cell.chunks]);
    else if (value !== undefined) columns[field] = value;
    else extra.push([field, cell.text]);
  }
  const common = mostFrequent(cells.map(([, cell]) => cell.stamp));
  const stamps = cells.flatMap(([field, { stamp }]) =>
    stamp === common ? [] : [[field, stamp] as const],
  );
  return {
    ...columns,
    syncStamp: common,
    ...(stamps.length > 0 && { syncStamps: toObject(stamps) }),
    ...(extra.length > 0 && { syncExtra: toObject(extra) }),
    ...(chunks.length > 0 && { syncChunks: toObject(chunks) }),
  };
}

/** Reads what `toDocument` wrote, perhaps when this schema knew less. */
export function fromDocument(
  descriptor: Descriptor | undefined,
  document: RowDocument,
): Row {
  const stamps = new Map<string, Stamp>(fromObject<Stamp>(document.syncStamps));
  const row: Row = new Map();
  const set = (field: string, value: Omit<Cell, "stamp">) =>
    row.set(field, { stamp: stamps.get(field) ?? document.syncStamp, ...value });
  for (const field of columnsOf(descriptor)) {
    const value = document[field];
    const kind = columnOf(descriptor, field);
    if (kind !== undefined && value !== undefined)
      set(field, { text: decode(kind, value) });
  }
  for (const [field, text] of fromObject<string>(document.syncExtra)) set(field, { text });
  for (const [field, chunks] of fromObject<string[]>(document.syncChunks)) {
    set(field, { text: "", chunks });
  }
  return row;
}

/** About how many bytes a document takes of the 1 MiB that it may. */
export function documentSize(document: RowDocument): number {
  let bytes = 0;
  for (const [column, value] of Object.entries(document)) {
    bytes += column.length + 10 + (typeof value === "string" ? utf8Length(value) : 0);
  }
  return bytes;
}

function columnsOf(descriptor: Descriptor | undefined): string[] {
  return descriptor ? [...Object.keys(descriptor.fields), DELETED_AT] : [];
}

function columnOf(descriptor: Descriptor | undefined, field: string): Kind | undefined {
  if (!descriptor) return undefined;
  if (field === DELETED_AT) return "time";
  return Object.hasOwn(descriptor.fields, field) ? descriptor.fields[field] : undefined;
}

/** The column's value for a text, or undefined if the text would not come back. */
function encode(kind: Kind, text: string): ColumnValue | undefined {
  if (text === "null") return null;
  if (kind === "json") return text;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const fits =
    (typeof value === "string" && (kind === "text" || kind === "ref")) ||
    (typeof value === "boolean" && kind === "bool") ||
    (typeof value === "number" && kind === "real") ||
    (Number.isSafeInteger(value) && (kind === "int" || kind === "time"));
  return fits && JSON.stringify(value) === text ? (value as ColumnValue) : undefined;
}

function decode(kind: Kind, value: ColumnValue): string {
  return kind === "json" && typeof value === "string" ? value : JSON.stringify(value);
}

function mostFrequent(stamps: readonly Stamp[]): Stamp {
  const counts = new Map<Stamp, number>();
  let best = stamps[0] ?? "";
  for (const stamp of stamps) {
    const count = (counts.get(stamp) ?? 0) + 1;
    counts.set(stamp, count);
    if (count > (counts.get(best) ?? 0)) best = stamp;
  }
  return best;
}

function toObject(entries: readonly (readonly [string, unknown])[]): string {
  return JSON.stringify(Object.fromEntries(entries));
}

function fromObject<T>(text: string | undefined): [string, T][] {
  return text === undefined ? [] : Object.entries(JSON.parse(text) as Record<string, T>);
}
