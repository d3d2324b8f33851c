// Ordered indexes for convex-test's database, which walks every document of every table
// for each query. The tables here follow each write at once, with a log for undoing:
// convex-test runs one transaction at a time, so nobody can see a write too early.

import { jsonToConvex } from "convex/values";
import { compareKeys, HIGH, LOW, type Key } from "./order.js";
import { Table, tableOf } from "./table.js";
import type {
  Database,
  Document,
  EngineModule,
  Query,
  RangeStep,
  Resolved,
} from "./types.js";

type Undo = [id: string, before: Document | null][];

/** What the patch keeps beside a database. */
interface Extra {
  tables: Map<string, Table>;
  /** One log for each open layer of the transaction. */
  undo: Undo[];
  stashed: Undo[];
  /** A layer is being merged: its writes are in the tables already. */
  merging: boolean;
}

const extras = new WeakMap<Database, Extra>();

function extraOf(database: Database): Extra {
  let extra = extras.get(database);
  if (!extra) {
    extra = { tables: new Map(), undo: [], stashed: [], merging: false };
    extras.set(database, extra);
  }
  return extra;
}

function table(database: Database, name: string): Table {
  const { tables } = extraOf(database);
  let found = tables.get(name);
  if (!found) tables.set(name, (found = new Table()));
  return found;
}

function put(database: Database, id: string, document: Document | null): Document | null {
  return table(database, tableOf(id)).put(id, document);
}

function undo(database: Database, log: Undo): void {
  for (const [id, before] of log.toReversed()) put(database, id, before);
}

/** A copy of all tables, to go with a copy of the documents. */
export function copyTables(database: Database): Map<string, Table> {
  return new Map([...extraOf(database).tables].map(([name, it]) => [name, it.clone()]));
}

/** Puts tables in place of the present ones, outside any write. */
export function setTables(database: Database, tables: Map<string, Table>): void {
  extraOf(database).tables = new Map([...tables].map(([name, it]) => [name, it.clone()]));
}

/** Builds the tables of a database whose documents were just loaded. */
export function rebuildTables(database: Database): void {
  extraOf(database).tables = new Map();
  for (const [id, document] of Object.entries(database._documents))
    put(database, id, document);
}

/** Replaces the scans of the engine by indexes. */
export function installIndexes(engine: EngineModule): void {
  const prototype = engine.DatabaseFake.prototype;
  followWrites(prototype);
  answerFromIndexes(prototype);
}

function followWrites(prototype: Database): void {
  const plain = { ...methods(prototype) };

  prototype.startTransaction = function (this: Database) {
    extraOf(this).undo.push([]);
    plain.startTransaction.call(this);
  };

  prototype._addWrite = function (this: Database, id, value) {
    plain._addWrite.call(this, id, value);
    const extra = extraOf(this);
    if (!extra.merging) extra.undo.at(-1)?.push([id, put(this, id, value)]);
  };

  prototype.commit = function (this: Database, commitTs) {
    const extra = extraOf(this);
    const writes = this._writes.at(-1) ?? {};
    const outermost = this._writes.length === 1;
    const log = extra.undo.pop() ?? [];
    extra.merging = true;
    try {
      plain.commit.call(this, commitTs);
    } finally {
      extra.merging = false;
    }
    if (!outermost) {
      extra.undo.at(-1)?.push(...log);
      return;
    }
    // A commit timestamp is filled in only now, so such a document is another object.
    for (const id of Object.keys(writes)) {
      const committed = this._documents[id] ?? null;
      if (committed !== writes[id]) put(this, id, committed);
    }
  };

  prototype.rollbackWrites = function (this: Database) {
    plain.rollbackWrites.call(this);
    undo(this, extraOf(this).undo.pop() ?? []);
  };

  prototype.stashWrites = function (this: Database) {
    const extra = extraOf(this);
    for (const log of extra.undo.toReversed()) undo(this, log);
    extra.stashed = extra.undo;
    extra.undo = [];
    return plain.stashWrites.call(this);
  };

  prototype.restoreWrites = function (this: Database, stashed) {
    plain.restoreWrites.call(this, stashed);
    const extra = extraOf(this);
    extra.undo = extra.stashed;
    extra.stashed = [];
    for (const layer of stashed) {
      for (const [id, document] of Object.entries(layer)) put(this, id, document);
    }
  };
}

function answerFromIndexes(prototype: Database): void {
  const plain = { ...methods(prototype) };

  prototype._iterateDocs = function (this: Database, name, visit) {
    for (const document of table(this, name).all()) visit(document);
  };

  // The engine keeps the rows of every query that was ever started.
  prototype.queryNext = function (this: Database, queryId) {
    const next = plain.queryNext.call(this, queryId);
    if (next.done) delete this._queryResults[queryId];
    return next;
  };

  prototype._resolveQuerySource = function (this: Database, query: Query): Resolved {
    const { source } = query;
    if (source.type === "Search") return plain._resolveQuerySource.call(this, query);
    // The original over no documents checks the range and compiles filters and order.
    const empty = Object.create(this, { _iterateDocs: { value: () => {} } }) as Database;
    const shape = plain._resolveQuerySource.call(empty, query);
    const scan = source.type === "FullTableScan";
    const [name = "", index = ""] = scan
      ? [source.tableName, "by_creation_time"]
      : source.indexName.split(".");
    const fields = scan ? ["_creationTime", "_id"] : shape.fieldPathsToSortBy;
    const filtered = query.operators.some((operator) => "filter" in operator);
    const wanted = shape.limit !== null && !filtered ? shape.limit : Infinity;
    const tree = table(this, name).index(index, fields);
    const [from, to] = endsOf(scan ? [] : source.range);
    const ascending = shape.order === "asc";
    const found: Document[] = [];
    const entries = ascending ? tree.entries(from) : tree.entriesReversed(to);
    for (const [key, document] of wanted > 0 ? entries : []) {
      if (ascending ? compareKeys(key, to) > 0 : compareKeys(key, from) < 0) break;
      found.push(document);
      if (found.length >= wanted) break;
    }
    return { ...shape, sortedDocs: found };
  };
}

/** The lowest and the highest key of a range. */
export function endsOf(range: RangeStep[]): [from: Key, to: Key] {
  const from: Key = [];
  const to: Key = [];
  let afterFrom = LOW;
  let afterTo = HIGH;
  for (const step of range) {
    const value = valueOf(step.value);
    if (step.type === "Eq") {
      from.push(value);
      to.push(value);
    } else if (step.type === "Gt" || step.type === "Gte") {
      from.push(value);
      if (step.type === "Gt") afterFrom = HIGH;
    } else {
      to.push(value);
      if (step.type === "Lt") afterTo = LOW;
    }
  }
  return [
    [...from, afterFrom],
    [...to, afterTo],
  ];
}

function valueOf(json: unknown): unknown {
  const missing = typeof json === "object" && json !== null && "$undefined" in json;
  return missing ? undefined : jsonToConvex(json as never);
}

/** The methods as they are now: what a replacement calls. */
function methods(prototype: Database): Database {
  const names = Object.getOwnPropertyNames(prototype).filter(
    (name) => name !== "componentPath",
  );
  const found = names.map((name) => [name, prototype[name as keyof Database]]);
  return Object.fromEntries(found) as Database;
}
