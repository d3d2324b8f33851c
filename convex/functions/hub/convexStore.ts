/**
 * The rows of one person in a deployment's tables. The person is given once, from the
 * verified session, and is the first part of every look-up.
 */
import type { Doc, Id } from "../_generated/dataModel.js";
import type { DatabaseReader, DatabaseWriter } from "../_generated/server.js";
import {
  documentSize,
  DOCUMENT_BYTES,
  fromDocument,
  toDocument,
} from "../model/document.js";
import { fromHex, toHex, type Row } from "../model/row.js";
import { wireSize } from "../model/wire.js";
import { chunksOf } from "./chunks.js";
import {
  descriptors,
  entityTable,
  hasKey,
  type KeyedReader,
  type RowDoc,
} from "./entities.js";
import { noRoom, type Usage } from "./quota.js";
import type { Chunk, HubStore, ReadStore, Stored } from "./store.js";
import { ALIASES } from "./twins.js";

/** Rows with one natural key that are looked at: as many as a class may have ids. */
const MAX_WITH_KEY = 1_000;
/** Facts at one end of an id that are looked at: as many as a class may have ids. */
const MAX_FACTS = 1_000;

type StoredDoc = RowDoc | Doc<"syncOthers">;

/** A row with the document that holds it. */
interface Held extends Stored {
  readonly document?: StoredDoc;
}

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
  /** How the numbers of rows that name chunks changed, written once at the end. */
  private readonly references = new Map<string, number>();

  constructor(
    private readonly writer: DatabaseWriter,
    user: Id<"users">,
    private readonly now: number,
    /** What the person keeps here, counted on with each row. */
    readonly usage: Usage,
  ) {
    super(writer, user);
  }

  refuse(stored: Held): string | undefined {
    const more = growth(stored);
    if (more.size > DOCUMENT_BYTES) {
      return "The row takes more than 900 KB beside its long values; shorten some of them";
    }
    return noRoom(this.usage, more);
  }

  refuseChunks(bytes: number): string | undefined {
    return noRoom(this.usage, { rows: 0, bytes });
  }

  async put(stored: Held): Promise<void> {
    const { entity, id, row, document: old } = stored;
    const more = growth(stored);
    this.usage.rows += more.rows;
    this.usage.bytes += more.bytes;
    const place = { seq: stored.seq, bytes: wireSize(row) };
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
    this.count(old && fromDocument(descriptors.get(entity), asRow(old)), row);
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

  private count(old: Row | undefined, row: Row): void {
    const add = (part: Row, sign: number) => {
      for (const [hash, count] of chunksOf(part)) {
        this.references.set(hash, (this.references.get(hash) ?? 0) + sign * count);
      }
    };
    add(row, 1);
    if (old) add(old, -1);
  }

  /** Writes how often chunks are named now. Call it once, after the last row. */
  async finish(): Promise<void> {
    for (const [hash, change] of this.references) {
      const chunk = change === 0 ? null : await this.chunkDocument(hash);
      if (!chunk) continue;
      const refs = Math.max(0, chunk.refs + change);
      await this.writer.patch(chunk._id, refs === 0 ? { refs, at: this.now } : { refs });
    }
    this.references.clear();
  }
}

/** What keeping a row adds, and the size of its document. */
function growth({ entity, row, document: old }: Held): Usage & { size: number } {
  const descriptor = descriptors.get(entity);
  const sizeOf = (it: Row) => documentSize(toDocument(descriptor, it));
  const size = sizeOf(row);
  const before = old ? sizeOf(fromDocument(descriptor, asRow(old))) : 0;
  return { rows: old ? 0 : 1, bytes: size - before, size };
}

function toStored(entity: string, document: StoredDoc): Held {
  return {
    entity,
    id: document.syncId,
    row: fromDocument(descriptors.get(entity), asRow(document)),
    seq: document.syncSeq,
    hash: fromHex(document.syncHash),
    born: document.syncBorn,
    key: document.syncKey,
    document,
  };
}

function asRow(document: StoredDoc): Parameters<typeof fromDocument>[1] {
  // The other columns of a document are not read as cells.
  return document as unknown as Parameters<typeof fromDocument>[1];
}
