/**
 * The purge marks of owners and twins. What belongs to a purged row is purged with it,
 * however it comes here and however many owners are between; so a hub looks for a mark
 * before it takes a row, and asks for no piece of a long value that it would drop.
 */
import { ownerOf, type Descriptor, type Owner } from "../model/descriptor.js";
import { markOf, PURGED, type Cell, type Row } from "../model/row.js";
import { compareUtf8 } from "../model/text.js";
import type { HubState, ReadStore, Stored } from "./store.js";
import { ALIASES, idsWith } from "./twins.js";

export type Descriptors = ReadonlyMap<string, Descriptor>;

/** Owners above each other that are followed; rows may own each other in a circle. */
const MAX_DEPTH = 32;

/** A row of which a mark is all that is left. */
export function markedRow(mark: Cell): Row {
  return new Map([[PURGED, mark]]);
}

/** The entities whose rows belong to rows of `entity`. */
export function ownedBy(descriptors: Descriptors, entity: string): string[] {
  const owned = [...descriptors].filter(([, { owner }]) => owner?.entity === entity);
  return owned.map(([name]) => name).sort();
}

/** The greatest of cells, where a text is compared only if none of them is in chunks. */
export function greatest(cells: readonly (Cell | undefined)[]): Cell | undefined {
  let best: Cell | undefined;
  for (const cell of cells) {
    if (cell && (!best || isAbove(cell, best))) best = cell;
  }
  return best;
}

function isAbove(one: Cell, other: Cell): boolean {
  if (one.stamp !== other.stamp) return one.stamp > other.stamp;
  // No id and no mark is long enough to be in chunks.
  if (one.chunks || other.chunks) return other.chunks !== undefined;
  return compareUtf8(one.text, other.text) > 0;
}

/** Every id that stands for the same row, in order. Only rows with a natural key fold. */
export async function classOf(
  store: ReadStore,
  descriptors: Descriptors,
  { entity, id }: Owner,
): Promise<string[]> {
  if (!descriptors.get(entity)?.naturalKey.length) return [id];
  // A class of too many ids is left as it is, here as where twins are looked for.
  const ids = (await idsWith(store, entity, id)) ?? [id];
  return [...ids].sort();
}

/** The rows of `ids` that are here. */
export async function rowsOf(
  store: ReadStore,
  entity: string,
  ids: readonly string[],
): Promise<Stored[]> {
  const rows: Stored[] = [];
  for (const id of ids) {
    const stored = await store.get(entity, id);
    if (stored) rows.push(stored);
  }
  return rows;
}

/** Finds marks during one call, and looks at every owner once. */
export class Marks {
  private readonly known = new Map<string, Cell | undefined>();

  constructor(
    private readonly store: ReadStore,
    private readonly state: HubState,
    private readonly descriptors: Descriptors,
  ) {}

  /** The mark that a row is under once `change` is joined to `held`. */
  async over(row: Owner, held: Row | undefined, change: Row): Promise<Cell | undefined> {
    const states = held ? [held, change] : [change];
    return greatest(states.map(markOf)) ?? this.inherited(row, states, MAX_DEPTH);
  }

  /** A row was stored: what was found out by way of it is looked up again. */
  changed(entity: string): void {
    if (entity === ALIASES || ownedBy(this.descriptors, entity).length > 0) {
      this.known.clear();
    }
  }

  /** The mark of twins, else that of the owner that they name together. */
  private async inherited(
    row: Owner,
    states: readonly Row[],
    depth: number,
  ): Promise<Cell | undefined> {
    if (!this.canBeReached(row.entity)) return undefined;
    const ids = await classOf(this.store, this.descriptors, row);
    const twins = ids.filter((it) => it !== row.id);
    const others = await rowsOf(this.store, row.entity, twins);
    const all = [...states, ...others.map((it) => it.row)];
    return greatest(all.map(markOf)) ?? this.ofOwner(row.entity, all, depth);
  }

  private async ofOwner(
    entity: string,
    states: readonly Row[],
    depth: number,
  ): Promise<Cell | undefined> {
    const descriptor = this.descriptors.get(entity);
    if (!descriptor?.owner || depth === 0) return undefined;
    const { field } = descriptor.owner;
    const cell = greatest(states.map((it) => it.get(field)));
    const owner = cell && ownerOf(descriptor, new Map([[field, cell]]));
    if (!owner) return undefined;
    const place = `${owner.entity} ${owner.id}`;
    if (this.known.has(place)) return this.known.get(place);
    const held = await this.store.get(owner.entity, owner.id);
    const found = await this.inherited(owner, held ? [held.row] : [], depth - 1);
    this.known.set(place, found);
    return found;
  }

  /** Whether a row of the entity or of an owner of it was ever purged; mostly none was. */
  private canBeReached(entity: string): boolean {
    const seen = new Set<string>();
    for (let at: string | undefined = entity; at !== undefined && !seen.has(at);) {
      if (this.state.purged.has(at)) return true;
      seen.add(at);
      at = this.descriptors.get(at)?.owner?.entity;
    }
    return false;
  }
}
