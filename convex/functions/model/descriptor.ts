/**
 * What an entity says of itself, as far as a hub needs it. The descriptors are written
 * from the entities' own (`generated/entities.ts`), so nothing here names an entity.
 */
import { parseId } from "./names.js";
import { isNull, type Row, type Value } from "./row.js";

/** What a field holds. */
export type Kind = "text" | "int" | "real" | "bool" | "time" | "json" | "ref";

export interface Descriptor {
  /** The fields that have a column, by name. */
  readonly fields: Readonly<Record<string, Kind>>;
  /** The fields that never leave a device. A hub drops their cells. */
  readonly local: readonly string[];
  /** The fields that identify a row to a person. Empty: every birth is new. */
  readonly naturalKey: readonly string[];
  /** The entity of a row's owner, and the field that names it. */
  readonly owner?: { readonly entity: string; readonly field: string };
}

/** How a sealed value of a key field begins; what follows differs from row to row. */
const SEALED_KEY = /^"~1\.[\w-]{43}\./;

/** What a row belongs to. */
export interface Owner {
  readonly entity: string;
  readonly id: string;
}

/** The owner that a row names, if it names one. */
export function ownerOf(descriptor: Descriptor | undefined, row: Row): Owner | undefined {
  if (!descriptor?.owner) return undefined;
  const { entity, field } = descriptor.owner;
  const cell = row.get(field);
  if (!cell || cell.chunks || !cell.text.startsWith('"')) return undefined;
  const id = parseId(JSON.parse(cell.text) as string);
  return id === undefined ? undefined : { entity, id };
}

/**
 * The natural key of a row as one text, or undefined if no key field has a value. A
 * missing field equals a missing field. Equal keys have equal texts and no others: a value
 * in chunks is named by their hashes, and a sealed one by the keyed hash that it begins with,
 * which no JSON text looks like.
 */
export function keyOf(descriptor: Descriptor, row: Row): string | undefined {
  const values = descriptor.naturalKey.map((field) => row.get(field));
  if (values.every((value) => value === undefined || isNull(value))) return undefined;
  return `[${values.map(keyPart).join(",")}]`;
}

function keyPart(value: Value | undefined): string {
  if (value === undefined) return "null";
  if (value.chunks) return `#${value.chunks.join("#")}`;
  return SEALED_KEY.exec(value.text)?.[0] ?? value.text;
}
