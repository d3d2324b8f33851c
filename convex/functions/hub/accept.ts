/**
 * The role of a hub: it puts everybody's changes into one order and says which births are
 * the same thing. Both happen inside one serialised transaction, so whoever has read the
 * feed up to a place has everything up to it.
 */
import { keyOf, type Descriptor } from "../model/descriptor.js";
import { hashOf, join, toHex, type CompareChunked, type Row } from "../model/row.js";
import { isPerson, millisOf } from "../model/stamp.js";
import { excerpt } from "../model/text.js";
import { readChange, writeChange, type Change } from "../model/wire.js";
import { checkChunks, chunkOrder } from "./chunks.js";
import { shortKey } from "./keys.js";
import type { HubState, HubStore, Stored } from "./store.js";
import { ALIASES, fact, findTwin } from "./twins.js";

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
  /** The only entity that the call is about, if it is about one. */
  readonly only?: string;
}

export interface Taken {
  /** One for each row, in their order. */
  readonly answers: Answer[];
  /** The facts that the hub recorded, with their places. */
  readonly recorded: [number, string][];
}

/** Joins a batch. */
export async function accept(hub: Hub, texts: readonly string[]): Promise<Taken> {
  const answers: Answer[] = [];
  const recorded: [number, string][] = [];
  const compareChunked = chunkOrder(hub.store);
  const changes = texts.map(readChange);
  // Facts first: a newcomer of this batch may only meet classes as they are with them.
  const isFact = (at: number) => "entity" in changes[at]! && changes[at].entity === ALIASES;
  const places = [...changes.keys()];
  for (const at of [...places.filter(isFact), ...places.filter((it) => !isFact(it))]) {
    const change = changes[at]!;
    answers[at] =
      "refused" in change
        ? { kind: "refused", reason: change.refused }
        : (refuse(hub, change) ?? (await take(hub, change, recorded, compareChunked)));
  }
  return { answers, recorded };
}

/** Why a row cannot be taken, whatever the hub holds. */
function refuse(hub: Hub, change: Change): Answer | undefined {
  if (hub.only !== undefined && change.entity !== hub.only) {
    const reason = `This call takes ${hub.only} only, not \`${excerpt(change.entity)}\``;
    return { kind: "refused", reason };
  }
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
async function take(
  hub: Hub,
  change: Change,
  recorded: [number, string][],
  compareChunked: CompareChunked,
): Promise<Answer> {
  const { store, state } = hub;
  const { entity, id } = change;
  const known = await store.get(entity, id);
  if (!known && !change.whole) return { kind: "need_whole" };
  if (!state.digests.has(entity) && state.digests.size >= MAX_ENTITIES) {
    return { kind: "refused", reason: "There are too many kinds of rows here" };
  }
  const descriptor = hub.descriptors.get(entity);
  const row = withoutLocal(descriptor, change.row);
  const problem = await checkChunks(store, row, known?.row);
  if (problem) return problem;

  const joined = await join(known?.row ?? new Map(), row, compareChunked);
  if (known && !joined.changed) {
    await store.audit(entity, id, joined.losses);
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
  if (!store.fits(stored)) {
    const reason =
      "The row takes more than 900 KB beside its long values; shorten some of them";
    return { kind: "refused", reason };
  }
  const twin =
    !known && descriptor && (await findTwin(store, descriptor, stored, compareChunked));
  // The fact comes before the row: whoever has heard that the row is no birth any more
  // has heard whom it was folded with.
  if (twin) await recordFact(hub, entity, id, twin, recorded);
  await store.audit(entity, id, joined.losses);
  await number(hub, stored);
  return { kind: "accepted", seq: stored.seq, hash: toHex(stored.hash) };
}

function withoutLocal(descriptor: Descriptor | undefined, row: Row): Row {
  if (!descriptor || descriptor.local.length === 0) return row;
  return new Map([...row].filter(([field]) => !descriptor.local.includes(field)));
}

async function recordFact(
  hub: Hub,
  entity: string,
  one: string,
  other: string,
  recorded: [number, string][],
): Promise<void> {
  const { id, row } = fact(entity, one, other);
  if (await hub.store.get(ALIASES, id)) return;
  const stored: Stored = {
    entity: ALIASES,
    id,
    row,
    seq: 0,
    hash: 0n,
    born: false,
    key: undefined,
  };
  await number(hub, stored);
  const change = { entity: ALIASES, id, row, birth: false, whole: true };
  recorded.push([stored.seq, writeChange(change)]);
}

/** Gives a row the next place in the feed and stores it. */
async function number({ store, state }: Hub, stored: Stored): Promise<void> {
  const { entity, id, row } = stored;
  const hash = hashOf(entity, id, row);
  const sum = (state.digests.get(entity) ?? 0n) - stored.hash + hash;
  state.digests.set(entity, BigInt.asUintN(64, sum));
  state.head += 1;
  stored.hash = hash;
  stored.seq = state.head;
  await store.put(stored);
}
