/**
 * Twins: two births of one thing. A hub records that two ids belong together as a fact, a
 * row like any other; facts only grow, and a class of ids is worked out whenever it is
 * read.
 */
import { keyOf, type Descriptor } from "../model/descriptor.js";
import { importedId, parseId } from "../model/names.js";
import {
  DELETED_AT,
  isDeleted,
  join,
  type CompareChunked,
  type Row,
} from "../model/row.js";
import { FACT_STAMP } from "../model/stamp.js";
import { shortKey } from "./keys.js";
import type { ReadStore, Stored } from "./store.js";

/** The entity of facts. */
export const ALIASES = "aliases";

/**
 * A class of more ids than this is left as it is: a transaction can read only so much, and
 * nobody has one thing on so many devices.
 */
const MAX_CLASS = 1_000;

/** Ids that stand for one row. */
interface Class {
  readonly ids: ReadonlySet<string>;
  /** What all of them say of the key and of deletion; null if one of them is not here. */
  readonly row: Row | null;
}

/** The row that records that `one` and `other` are the same row of `entity`. */
export function fact(entity: string, one: string, other: string): { id: string; row: Row } {
  const [low, high] = one < other ? [one, other] : [other, one];
  const cell = (text: string) => ({ stamp: FACT_STAMP, text: JSON.stringify(text) });
  const row: Row = new Map([
    ["entity", cell(entity)],
    ["high", cell(high)],
    ["low", cell(low)],
  ]);
  return { id: importedId(["alias", entity, low, high]), row };
}

/** Every id that stands for the same row as `id`, or undefined if too many. */
export async function idsWith(
  store: ReadStore,
  entity: string,
  id: string,
): Promise<Set<string> | undefined> {
  const found = new Set([id]);
  const open = [id];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const { row } of await store.facts(next)) {
      if (isDeleted(row) || endOf(row, "entity") !== entity) continue;
      const other = otherEnd(row, next);
      if (other === undefined || found.has(other)) continue;
      found.add(other);
      open.push(other);
      if (found.size > MAX_CLASS) return undefined;
    }
  }
  return found;
}

/** Whether no fact joins the id to another. */
async function isAlone(store: ReadStore, entity: string, id: string): Promise<boolean> {
  const facts = await store.facts(id);
  return facts.every(
    ({ row }) =>
      isDeleted(row) ||
      endOf(row, "entity") !== entity ||
      [undefined, id].includes(otherEnd(row, id)),
  );
}

/** The entity of which a fact says something, and the smaller of its ids. */
export function endsOf(row: Row): { entity: string | undefined; low: string | undefined } {
  const low = endOf(row, "low");
  return {
    entity: endOf(row, "entity"),
    low: low === undefined ? undefined : parseId(low),
  };
}

function otherEnd(row: Row, id: string): string | undefined {
  const [low, high] = [endOf(row, "low"), endOf(row, "high")];
  const other = low === id ? high : low;
  return other === undefined ? undefined : parseId(other);
}

function endOf(row: Row, end: string): string | undefined {
  const cell = row.get(end);
  if (cell === undefined || cell.chunks || !cell.text.startsWith('"')) return undefined;
  return JSON.parse(cell.text) as string;
}

/** Finds twins during one call, and works every class out once. */
export class Twins {
  /** By entity and id; undefined for a class that is too large. */
  private readonly classes = new Map<string, Class | undefined>();

  constructor(
    private readonly store: ReadStore,
    private readonly compareChunked: CompareChunked,
  ) {}

  /**
   * The live row that `newcomer` meets under its natural key. Only births fold: two old
   * rows that were renamed to one key stay two.
   *
   * After a hub was wiped, rows come to the new one in any order. So that it does not
   * matter which of two came first, an old row also folds with one that came here as a
   * birth and still has that key. A class that has not come back as a whole is left alone:
   * the part that is missing may say that it was deleted.
   */
  async find(descriptor: Descriptor, newcomer: Stored): Promise<string | undefined> {
    const { entity, id, key } = newcomer;
    if (key === undefined || isDeleted(newcomer.row)) return undefined;
    // Looked up first, because nearly every newcomer meets nobody.
    const candidates = (await this.store.withKey(entity, key)).filter(
      (it) => it.id !== id && (newcomer.born || it.born),
    );
    if (candidates.length === 0) return undefined;
    if (!(await isAlone(this.store, entity, id))) return undefined;
    const judged = new Set<Class>();
    for (const candidate of candidates) {
      const found = await this.classOf(descriptor, entity, candidate.id);
      // Another candidate of it would be as dear to follow.
      if (found === undefined) return undefined;
      if (judged.has(found)) continue;
      judged.add(found);
      if (found.row === null || isDeleted(found.row)) continue;
      const theirs = keyOf(descriptor, found.row);
      if (theirs !== undefined && shortKey(theirs) === key) return candidate.id;
    }
    return undefined;
  }

  /** A row was stored: what was worked out from it is worked out again. */
  changed(entity: string, id: string): void {
    if (entity === ALIASES) this.classes.clear();
    const found = this.classes.get(`${entity} ${id}`);
    for (const member of found?.ids ?? []) this.classes.delete(`${entity} ${member}`);
  }

  private async classOf(
    descriptor: Descriptor,
    entity: string,
    id: string,
  ): Promise<Class | undefined> {
    const place = `${entity} ${id}`;
    if (this.classes.has(place)) return this.classes.get(place);
    const ids = await idsWith(this.store, entity, id);
    const found = ids && { ids, row: await this.joined(descriptor, entity, ids) };
    this.classes.set(place, found);
    for (const member of ids ?? []) this.classes.set(`${entity} ${member}`, found);
    return found;
  }

  /** What twins are judged by: the key and the mark of deletion of all members together. */
  private async joined(
    descriptor: Descriptor,
    entity: string,
    ids: ReadonlySet<string>,
  ): Promise<Row | null> {
    const judged = [...descriptor.naturalKey, DELETED_AT];
    let row: Row = new Map();
    for (const id of ids) {
      const member = await this.store.get(entity, id);
      if (member === undefined) return null;
      const part = new Map([...member.row].filter(([field]) => judged.includes(field)));
      row = (await join(row, part, this.compareChunked)).row;
    }
    return row;
  }
}
