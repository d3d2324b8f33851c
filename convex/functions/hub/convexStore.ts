/**
 * The rows of one person in a deployment's tables. The person is given once, from the
 * verified session, and is the first part of every look-up.
 */
import type { Doc, Id } from "../_generated/dataModel.js";
import type { DatabaseReader, DatabaseWriter } from "../_generated/server.js";
import { ownerOf, type Owner } from "../model/descriptor.js";
import { DOCUMENT_BYTES, toDocument } from "../model/document.js";
import { markOf, toHex } from "../model/row.js";
import { wireSize } from "../model/wire.js";
import { ChunkCounts } from "./chunkCounts.js";
import {
  descriptors,
  entityTable,
  hasKey,
  OWNERS,
  type KeyedReader,
  type RowDoc,
} from "./entities.js";
import { noRoom, type Usage } from "./quota.js";
import { growth, rowIn, toStored, type Held, type StoredDoc } from "./rowDocument.js";
import type { Chunk, HubStore, Place, ReadStore, Stored, Task } from "./store.js";
import { ALIASES } from "./twins.js";

/** Rows with one natural key that are looked at: as many as a class may have ids. */
const MAX_WITH_KEY = 1_000;
/** Facts at one end of an id that are looked at: as many as a class may have ids. */
const MAX_FACTS = 1_000;

type Owners = NonNullable<Doc<"syncHeads">["owners"]>;

export class ConvexReader implements ReadStore {
  /** Whether there are rows of an entity that came before this schema knew it. */
  private readonly hasOthers = new Map<string, Promise<boolean>>();
  private readonly chunks = new Map<string, Promise<Doc<"syncChunks"> | null>>();

  constructor(
    protected readonly reader: DatabaseReader,
    protected readonly user: Id<"users">,
  ) {}

  async get(entity: string, id: string): Promise<Held | undefined> {
    const document = await this.find(entity, id);
    return document ? toStored(entity, document) : undefined;
  }

  private async find(entity: string, id: string): Promise<StoredDoc | null> {
    const table = entityTable(entity);
    if (table) {
      const document = await this.reader
        .query(table)
        .withIndex("by_row", (q) => q.eq("syncUser", this.user).eq("syncId", id))
        .unique();
      if (document || !(await this.mayBeAmongOthers(entity))) return document;
    }
    return this.reader
      .query("syncOthers")
      .withIndex("by_row", (q) =>
        q.eq("syncUser", this.user).eq("syncEntity", entity).eq("syncId", id),
      )
      .unique();
  }

  private mayBeAmongOthers(entity: string): Promise<boolean> {
    let known = this.hasOthers.get(entity);
    if (!known) {
      known = this.reader
        .query("syncOthers")
        .withIndex("by_row", (q) => q.eq("syncUser", this.user).eq("syncEntity", entity))
        .first()
        .then((it) => it !== null);
      this.hasOthers.set(entity, known);
    }
    return known;
  }

  async withKey(entity: string, key: string): Promise<Held[]> {
    if (!hasKey(entity)) return [];
    const documents = await (this.reader as unknown as KeyedReader)
      .query(entity)
      .withIndex("by_key", (q) => q.eq("syncUser", this.user).eq("syncKey", key))
      .take(MAX_WITH_KEY);
    const rows = documents.map((it) => toStored(entity, it));
    return rows.sort((one, other) => (one.id < other.id ? -1 : 1));
  }

  async facts(id: string): Promise<Stored[]> {
    const low = await this.reader
      .query(ALIASES)
      .withIndex("by_low", (q) => q.eq("syncUser", this.user).eq("low", id))
      .take(MAX_FACTS);
    const high = await this.reader
      .query(ALIASES)
      .withIndex("by_high", (q) => q.eq("syncUser", this.user).eq("high", id))
      .take(MAX_FACTS);
    return [...low, ...high].map((it) => toStored(ALIASES, it));
  }

  async chunk(hash: string): Promise<Chunk | undefined> {
    return (await this.chunkDocument(hash)) ?? undefined;
  }

  async chunkText(hash: string): Promise<string> {
    const chunk = await this.chunkDocument(hash);
    const body = chunk && (await this.reader.get(chunk.body));
    if (!body) throw new Error(`The chunk ${hash} that a row names is not here`);
    return body.text;
  }

  protected chunkDocument(hash: string): Promise<Doc<"syncChunks"> | null> {
    let known = this.chunks.get(hash);
    if (!known) {
      known = this.reader
        .query("syncChunks")
        .withIndex("by_hash", (q) => q.eq("user", this.user).eq("hash", hash))
        .unique();
      this.chunks.set(hash, known);
    }
    return known;
  }
}

export class ConvexStore extends ConvexReader implements HubStore {
  private readonly counts: ChunkCounts;
  /** By which rules places name owners, and up to where if not all do. */
  owners: Owners;

  constructor(
    private readonly writer: DatabaseWriter,
    head: Doc<"syncHeads">,
    private readonly now: number,
    /** What the person keeps here, counted on with each row. */
    readonly usage: Usage,
  ) {
    super(writer, head.user);
    this.owners = head.owners ?? { by: "" };
    this.counts = new ChunkCounts(writer, now, (hash) => this.chunkDocument(hash));
  }

  refuse(stored: Held): string | undefined {
    const more = growth(stored);
    if (more.size > DOCUMENT_BYTES) {
      return "The row takes more than 900 KB beside its long values; shorten some of them";
    }
    return noRoom(this.usage, more, markOf(stored.row) !== undefined);
  }

  refuseChunks(bytes: number): string | undefined {
    return noRoom(this.usage, { rows: 0, bytes });
  }

  async put(stored: Held): Promise<void> {
    const { entity, id, row, document: old } = stored;
    const more = growth(stored);
    this.usage.rows += more.rows;
    this.usage.bytes += more.bytes;
    const owner = ownerOf(descriptors.get(entity), row);
    const place = {
      seq: stored.seq,
      bytes: wireSize(row),
      owner: owner && ownerText(owner),
    };
    let feed = old?.syncFeed;
    if (feed) await this.writer.patch(feed, place);
    else {
      const made = { user: this.user, entity, rowId: id, ...place };
      feed = await this.writer.insert("syncFeed", made);
    }
    const document = {
      ...toDocument(descriptors.get(entity), row),
      syncUser: this.user,
      syncId: id,
      syncSeq: stored.seq,
      syncHash: toHex(stored.hash),
      syncBorn: stored.born,
      ...(stored.key !== undefined && { syncKey: stored.key }),
      syncFeed: feed,
      updatedAt: this.now,
    };
    await this.write(entity, document, old);
    this.counts.replace(old && rowIn(entity, old), row);
  }

  private async write(
    entity: string,
    document: Omit<RowDoc, "_id" | "_creationTime">,
    old: StoredDoc | undefined,
  ): Promise<void> {
    const table = entityTable(entity);
    if (!table) {
      const other = { ...document, syncEntity: entity };
      if (old) await this.writer.replace(old._id as Id<"syncOthers">, other);
      else await this.writer.insert("syncOthers", other);
    } else if (old && !("syncEntity" in old)) {
      await this.writer.replace(old._id, document);
    } else {
      // It came before this schema knew its entity and moves to its own table.
      if (old) await this.writer.delete(old._id);
      await this.writer.insert(table, document);
    }
  }

  dropChunks(hashes: Iterable<string>): void {
    this.counts.drop(hashes);
  }

  /** Writes how often chunks are named now, after the last row. Whether to sweep at once. */
  finish(): Promise<boolean> {
    return this.counts.write();
  }

  async owe({ entity, id }: Owner): Promise<void> {
    await this.writer.insert("syncPurges", { user: this.user, entity, rowId: id });
  }

  async task(): Promise<Task | undefined> {
    const task = await this.reader
      .query("syncPurges")
      .withIndex("by_user", (q) => q.eq("user", this.user))
      .first();
    return task ? { task: task._id, entity: task.entity, id: task.rowId } : undefined;
  }

  async done({ task }: Task): Promise<void> {
    await this.writer.delete(task as Id<"syncPurges">);
  }

  async owned(owner: Owner, entity: string, most: number): Promise<Place[]> {
    const text = ownerText(owner);
    const places = await this.reader
      .query("syncFeed")
      .withIndex("by_owner", (q) =>
        q.eq("user", this.user).eq("owner", text).eq("entity", entity),
      )
      .take(most);
    return places.map(toPlace);
  }

  async unnoted(most: number): Promise<Place[]> {
    const seen = this.owners.by === OWNERS ? this.owners.seen : 0;
    if (seen === undefined) return [];
    const places = await this.reader
      .query("syncFeed")
      .withIndex("by_seq", (q) => q.eq("user", this.user).gt("seq", seen))
      .take(most);
    if (places.length === 0) this.owners = { by: OWNERS };
    return places.map(toPlace);
  }

  async noteOwner(place: FeedPlace, named: Owner | undefined): Promise<void> {
    const { seq, feed } = place;
    const owner = named && ownerText(named);
    if (owner !== place.owner) await this.writer.patch(feed, { owner });
    this.owners = { by: OWNERS, seen: seq };
  }
}

function ownerText({ entity, id }: Owner): string {
  return `${entity} ${id}`;
}

/** A place with the document that holds it. */
interface FeedPlace extends Place {
  readonly feed: Id<"syncFeed">;
  readonly owner: string | undefined;
}

function toPlace({ _id, rowId, ...place }: Doc<"syncFeed">): FeedPlace {
  const { entity, seq, bytes, owner } = place;
  return { feed: _id, entity, id: rowId, seq, bytes, owner };
}
