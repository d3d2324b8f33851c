/**
 * The role of a hub: it puts everybody's changes into one order and says which births are
 * the same thing. Both happen inside one serialised transaction, so whoever has read the
 * feed up to a place has everything up to it.
 */
import { keyOf, type Descriptor } from "../model/descriptor.js";
import { join, markOf, toHex, type CompareChunked, type Row } from "../model/row.js";
import { isPerson, millisOf } from "../model/stamp.js";
import { CHUNK_BYTES, readChange, writeChange, type Change } from "../model/wire.js";
import { chunkOrder, chunksOf, LongValues } from "./chunks.js";
import { shortKey } from "./keys.js";
import { markedRow, Marks } from "./marks.js";
import { number } from "./number.js";
import { spread, spreadFact } from "./purging.js";
import type { HubState, HubStore, Stored } from "./store.js";
import { ALIASES, fact, Twins } from "./twins.js";

/** How far ahead of a clock a stamp may be before it is taken for a mistake. */
const DRIFT_MS = 5 * 60 * 1000;

/** Kinds of rows that one person can have here, known ones included. */
const MAX_ENTITIES = 500;

/** What became of one pushed row. */
export type Answer =
  | { kind: "accepted"; seq: number; hash: string }
  | { kind: "clock_ahead"; fields: string[] }
  | { kind: "need_whole" }
  | { kind: "need_chunks"; hashes: string[] }
  | { kind: "refused"; reason: string };

/** What a batch is taken with. */
export interface Hub {
  readonly store: HubStore;
  readonly state: HubState;
  readonly descriptors: ReadonlyMap<string, Descriptor>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface Taken {
  /** One for each row, in their order. */
  readonly answers: Answer[];
  /** The facts that the hub recorded, with their places. */
  readonly recorded: [number, string][];
}

/** What the rows of one batch share. */
interface Call extends Hub {
  readonly recorded: [number, string][];
  readonly compareChunked: CompareChunked;
  readonly twins: Twins;
  readonly marks: Marks;
  readonly long: LongValues;
}

/** Joins a batch. */
export async function accept(hub: Hub, texts: readonly string[]): Promise<Taken> {
  const answers: Answer[] = [];
  const recorded: [number, string][] = [];
  const compareChunked = chunkOrder(hub.store);
  const call: Call = {
    ...hub,
    recorded,
    compareChunked,
    twins: new Twins(hub.store, compareChunked),
    marks: new Marks(hub.store, hub.state, hub.descriptors),
    long: new LongValues(hub.store),
  };
  const changes = texts.map(readChange);
  // Facts first: a newcomer of this batch may only meet classes as they are with them.
  const isFact = (at: number) => "entity" in changes[at]! && changes[at].entity === ALIASES;
  const places = [...changes.keys()];
  for (const at of [...places.filter(isFact), ...places.filter((it) => !isFact(it))]) {
    const change = changes[at]!;
    answers[at] =
      "refused" in change
        ? { kind: "refused", reason: change.refused }
        : (refuse(hub, change) ?? (await take(call, change)));
  }
  return { answers, recorded };
}

/** Why a row cannot be taken, whatever the hub holds. */
function refuse(hub: Hub, change: Change): Answer | undefined {
  const latest = hub.now + DRIFT_MS;
  const fields = [...change.row]
    .filter(([, { stamp }]) => isPerson(stamp) && millisOf(stamp) > latest)
    .map(([field]) => field)
    .sort();
  return fields.length > 0 ? { kind: "clock_ahead", fields } : undefined;
}

/**
 * Joins one row, numbers it if that changed anything, and looks for a twin if it is the
 * first that this hub hears of it.
 */
async function take(call: Call, change: Change): Promise<Answer> {
  const { store, state, compareChunked } = call;
  const { entity, id } = change;
  const known = await store.get(entity, id);
  if (!known && !change.whole) return { kind: "need_whole" };
  if (!state.digests.has(entity) && state.digests.size >= MAX_ENTITIES) {
    return { kind: "refused", reason: "There are too many kinds of rows here" };
  }
  const descriptor = call.descriptors.get(entity);
  const mark = await call.marks.over(change, known?.row, change.row);
  const row = mark ? markedRow(mark) : withoutLocal(descriptor, change.row);
  if (mark) store.dropChunks(chunksOf(change.row).keys());
  const problem = await call.long.check(row, known?.row);
  if (problem) {
    const { hashes } = problem.kind === "need_chunks" ? problem : { hashes: [] };
    const full = store.refuseChunks(hashes.length * CHUNK_BYTES);
    return full === undefined ? problem : { kind: "refused", reason: full };
  }

  const joined = await join(known?.row ?? new Map(), row, compareChunked);
  if (known && !joined.changed) {
    return { kind: "accepted", seq: known.seq, hash: toHex(known.hash) };
  }
  const fullKey = descriptor && keyOf(descriptor, joined.row);
  const key = fullKey === undefined ? undefined : shortKey(fullKey);
  const born = known ? known.born && known.key === key : change.birth;
  const stored: Stored = {
    ...(known ?? { entity, id, seq: 0, hash: 0n }),
    row: joined.row,
    born,
    key,
  };
  const reason = store.refuse(stored);
  if (reason !== undefined) return { kind: "refused", reason };
  const twin = !known && descriptor && (await call.twins.find(descriptor, stored));
  // The fact comes before the row: whoever has heard that the row is no birth any more
  // has heard whom it was folded with.
  if (twin) await recordFact(call, entity, id, twin);
  await place(call, stored);
  if (mark && !markOf(known?.row)) await spread(call, stored, mark);
  if (entity === ALIASES) await spreadFact(call, stored, call.marks);
  call.marks.changed(entity);
  return { kind: "accepted", seq: stored.seq, hash: toHex(stored.hash) };
}

function withoutLocal(descriptor: Descriptor | undefined, row: Row): Row {
  if (!descriptor || descriptor.local.length === 0) return row;
  return new Map([...row].filter(([field]) => !descriptor.local.includes(field)));
}

async function recordFact(
  call: Call,
  entity: string,
  one: string,
  other: string,
): Promise<void> {
  const { id, row } = fact(entity, one, other);
  if (await call.store.get(ALIASES, id)) return;
  const stored: Stored = {
    entity: ALIASES,
    id,
    row,
    seq: 0,
    hash: 0n,
    born: false,
    key: undefined,
  };
  await place(call, stored);
  const change = { entity: ALIASES, id, row, birth: false, whole: true };
  call.recorded.push([stored.seq, writeChange(change)]);
}

async function place(call: Call, stored: Stored): Promise<void> {
  await number(call.store, call.state, stored);
  call.twins.changed(stored.entity, stored.id);
  call.marks.changed(stored.entity);
}
