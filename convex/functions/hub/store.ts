/**
 * What a hub needs of the place where it keeps a person's rows. Everything happens inside
 * one serialised transaction; nothing here can reach another person's rows.
 */
import type { Owner } from "../model/descriptor.js";
import type { Row } from "../model/row.js";

/** A row as a hub keeps it. */
export interface Stored {
  readonly entity: string;
  readonly id: string;
  row: Row;
  seq: number;
  /** What it adds to its entity's digest; 0 before it is in the feed. */
  hash: bigint;
  /** It came here as a birth and still has the natural key that it came with. */
  born: boolean;
  /** The natural key, made short; equal only for equal keys. */
  key: string | undefined;
}

/** A long value's piece. */
export interface Chunk {
  readonly hash: string;
  /** Bytes of UTF-8. */
  readonly bytes: number;
}

/** A place in the feed, with the row that is there. */
export interface Place {
  readonly entity: string;
  readonly id: string;
  readonly seq: number;
  /** About what the row takes on the wire. */
  readonly bytes: number;
}

/** A purged row whose own rows are still to be marked. */
export interface Task extends Owner {
  readonly task: string;
}

export interface ReadStore {
  get(entity: string, id: string): Promise<Stored | undefined>;
  /** The rows with a natural key, by id. */
  withKey(entity: string, key: string): Promise<Stored[]>;
  /** The facts that name `id` at one of their ends, deleted ones too. */
  facts(id: string): Promise<Stored[]>;
  chunk(hash: string): Promise<Chunk | undefined>;
  /** The text of a chunk that is there. */
  chunkText(hash: string): Promise<string>;
}

export interface HubStore extends ReadStore {
  /** Why there is no room for the row, if so; nothing is written. */
  refuse(stored: Stored): string | undefined;
  /** Why there is no room for so many bytes of chunks, if so. */
  refuseChunks(bytes: number): string | undefined;
  /** Stores the row at its place in the feed; the place it had becomes empty. */
  put(stored: Stored): Promise<void>;
  /** Some of `hashes` were only put here for a row that is purged: they are dropped. */
  dropChunks(hashes: Iterable<string>): void;

  /** Notes that what the purged row owns is still to be marked. */
  owe(row: Owner): Promise<void>;
  /** One of the rows for which that was noted, the first first. */
  task(): Promise<Task | undefined>;
  /** Forgets a task that is done. */
  done(task: Task): Promise<void>;
  /** The places of rows of `entity` that name this owner, by id, at most `most`. */
  owned(owner: Owner, entity: string, most: number): Promise<Place[]>;
  /** The next places, at most `most`, of which it was not noted what owns their rows. */
  unnoted(most: number): Promise<Place[]>;
  /** Notes what owns the row at a place. */
  noteOwner(place: Place, owner: Owner | undefined): Promise<void>;
}

/** What a hub keeps of itself while it takes a batch. */
export interface HubState {
  head: number;
  /** The sums of the rows' hashes, by entity. */
  readonly digests: Map<string, bigint>;
  /** The entities of which a row was purged: mostly none, and then nobody looks for marks. */
  readonly purged: Set<string>;
}
