/**
 * What follows from a purge: the row's twins are marked at once, and everything that they
 * own as well. That can be more than a transaction holds, so it is kept as a list of tasks
 * and done in steps, each of which gives the rows that it marks their places in the feed.
 */
import { ownerOf, type Owner } from "../model/descriptor.js";
import { markOf, type Cell } from "../model/row.js";
import { chunksOf } from "./chunks.js";
import {
  classOf,
  greatest,
  markedRow,
  ownedBy,
  rowsOf,
  type Descriptors,
  type Marks,
} from "./marks.js";
import { number } from "./number.js";
import type { HubState, HubStore, Place, Stored, Task } from "./store.js";
import { ALIASES, endsOf } from "./twins.js";

/** What is left of the room of a transaction. A step overdraws it by one row at most. */
export interface Room {
  /** Rows, their ids, and chunks that they name: each costs some look-ups. */
  rows: number;
  /** Bytes of rows, which have to be read. */
  bytes: number;
}

/** The room of a transaction that does nothing else. */
export const STEP: Room = { rows: 500, bytes: 4 * 1024 * 1024 };

export interface Purge {
  readonly store: HubStore;
  readonly state: HubState;
  readonly descriptors: Descriptors;
}

/** Marks the twins of a row that was just marked. What all of them own becomes a task. */
export async function spread(hub: Purge, row: Owner, mark: Cell): Promise<void> {
  const { store, descriptors } = hub;
  const { entity, id } = row;
  const twins = (await classOf(store, descriptors, row)).filter((it) => it !== id);
  for (const twin of await rowsOf(store, entity, twins)) await give(hub, twin, mark);
  if (ownedBy(descriptors, entity).length > 0) await store.owe({ entity, id });
}

/** Marks what a fact has folded with a purged row. */
export async function spreadFact(hub: Purge, fact: Stored, marks: Marks): Promise<void> {
  const { entity, low } = endsOf(fact.row);
  if (entity === undefined || low === undefined || entity === ALIASES) return;
  if (!hub.state.purged.has(entity)) return;
  const row = { entity, id: low };
  const held = await hub.store.get(entity, low);
  const mark = await marks.over(row, held?.row, new Map());
  if (!mark) return;
  if (held) await give(hub, held, mark);
  await spread(hub, row, mark);
}

/** Gives a row the mark, unless it has one. Whether it had none. */
async function give(hub: Purge, stored: Stored, mark: Cell): Promise<boolean> {
  if (markOf(stored.row)) return false;
  const change = { row: markedRow(mark), born: false, key: undefined };
  await number(hub.store, hub.state, { ...stored, ...change });
  return true;
}

/** Does as much as there is room for. Whether something is left to do. */
export async function purge(hub: Purge, room: Room): Promise<boolean> {
  for (;;) {
    const task = await hub.store.task();
    if (!task) return false;
    if (room.rows <= 0 || !(await noteOwners(hub, room))) return true;
    if (!(await markOwned(hub, task, room))) return true;
    await hub.store.done(task);
  }
}

/** Marks what a purged row owns. False if there was no room for all of it. */
async function markOwned(hub: Purge, task: Task, room: Room): Promise<boolean> {
  const { store, descriptors } = hub;
  const ids = await classOf(store, descriptors, task);
  room.rows -= 1 + ids.length;
  const rows = await rowsOf(store, task.entity, ids);
  const mark = greatest(rows.map((it) => markOf(it.row)));
  if (!mark) return true;
  for (const entity of ownedBy(descriptors, task.entity)) {
    for (const id of ids) {
      const owner = { entity: task.entity, id };
      for (const place of await store.owned(owner, entity, Math.max(room.rows, 0) + 1)) {
        if (!takes(room, place)) return false;
        const stored = await rowAt(store, place);
        room.rows -= chunksOf(stored.row).size;
        if (await give(hub, stored, mark)) await spread(hub, stored, mark);
      }
    }
  }
  return true;
}

/**
 * Notes the owners of rows that came before places in the feed had them, or before an entity
 * was known here, so that purging finds those rows. False if there was no room for all.
 */
async function noteOwners({ store, descriptors }: Purge, room: Room): Promise<boolean> {
  for (;;) {
    const places = await store.unnoted(Math.max(room.rows, 1));
    if (places.length === 0) return true;
    for (const place of places) {
      const descriptor = descriptors.get(place.entity);
      if (!takes(room, descriptor?.owner ? place : { bytes: 0 })) return false;
      const row = descriptor?.owner && (await rowAt(store, place)).row;
      await store.noteOwner(place, row && ownerOf(descriptor, row));
    }
  }
}

function takes(room: Room, { bytes }: Pick<Place, "bytes">): boolean {
  if (room.rows <= 0 || room.bytes <= 0) return false;
  room.rows -= 1;
  room.bytes -= bytes;
  return true;
}

async function rowAt(store: HubStore, { entity, id, seq }: Place): Promise<Stored> {
  const stored = await store.get(entity, id);
  if (!stored) throw new Error(`The row at place ${seq} of the feed is not here`);
  return stored;
}
