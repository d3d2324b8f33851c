// Optimistic concurrency for convex-test, which runs one transaction at a time. A mutation
// began when it was called, whenever its turn came; if something was committed since then
// that it read, the real service would have run it on the old state and thrown it away, so
// it is thrown away here. (If nothing that it read was changed since, it saw the old state.)

import { AsyncLocalStorage } from "node:async_hooks";
import { HttpError } from "../http/exchange.js";
import { endsOf } from "./indexes.js";
import { compareKeys, fieldOf, type Key } from "./order.js";
import { tableOf } from "./table.js";
import type { Database, Document, EngineModule, MutationRun, Query } from "./types.js";

/** Tries after the first one, and the waits between them, as the service's source has them. */
const RETRIES = 4;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2000;

const MESSAGE =
  "Data read or written in this mutation changed while it was being run. Consider reducing " +
  "the amount of data read by using indexed queries with selective index range expressions " +
  "(https://docs.convex.dev/database/indexes/).";

/** An attempt that read what somebody else has changed since it began. */
export class Conflict extends HttpError {
  constructor() {
    super(503, "OptimisticConcurrencyControlFailure", MESSAGE);
  }
}

/** A part of an index that was read. */
interface Range {
  table: string;
  fields: string[];
  from: Key;
  to: Key;
}

/** What a document was before a commit and after it. */
interface Change {
  id: string;
  states: Document[];
}

/** One run of a mutation. */
class Attempt {
  readonly ids = new Set<string>();
  readonly ranges: Range[] = [];
  /** Scheduled functions inherit it from the one that scheduled them. */
  over = false;

  constructor(readonly start: number) {}

  meets({ id, states }: Change): boolean {
    if (this.ids.has(id)) return true;
    const table = tableOf(id);
    return this.ranges.some((range) => {
      if (range.table !== table) return false;
      return states.some((state) => {
        const key = range.fields.map((field) => fieldOf(state, field));
        return compareKeys(key, range.from) >= 0 && compareKeys(key, range.to) <= 0;
      });
    });
  }
}

/** Taken now: functions find others. */
const { setImmediate, setTimeout } = globalThis;

function sleep(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}

/** Lets other calls go on, as a service does that runs them side by side. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export class Conflicts {
  private readonly current = new AsyncLocalStorage<Attempt>();
  private readonly running = new Set<Attempt>();
  /** What was committed while something runs, in order. */
  private commits: { version: number; changes: Change[] }[] = [];
  private version = 0;

  /** `count` hears of every attempt that is thrown away. */
  constructor(private readonly count: (path: string) => void) {}

  /** Makes the engine notice what is read and refuse commits. After any indexes. */
  install(engine: EngineModule): void {
    engine.setAroundMutation((run) => this.around(run));
    const prototype = engine.DatabaseFake.prototype;
    const { get, _resolveQuerySource, commit } = prototype;
    const note = (work: (attempt: Attempt) => void) => {
      const attempt = this.current.getStore();
      if (attempt && !attempt.over) work(attempt);
    };
    const settle = (database: Database) => this.settle(database);

    prototype.get = function (this: Database, table, id) {
      note((attempt) => attempt.ids.add(id));
      return get.call(this, table, id);
    };
    prototype._resolveQuerySource = function (this: Database, query) {
      const found = _resolveQuerySource.call(this, query);
      note((attempt) => {
        const range = rangeOf(query, found);
        if (range) attempt.ranges.push(range);
      });
      return found;
    };
    prototype.commit = function (this: Database, commitTs) {
      if (this._writes.length === 1) settle(this);
      commit.call(this, commitTs);
    };
  }

  /** Refuses to commit what has read something old; else notes what is committed. */
  private settle(database: Database): void {
    const attempt = this.current.getStore();
    const layer = Object.entries(database._writes[0] ?? {});
    // A transaction that wrote nothing is right as of its beginning.
    if (attempt && !attempt.over && layer.length > 0) {
      const later = this.commits.filter((it) => it.version > attempt.start);
      if (later.some((it) => it.changes.some((change) => attempt.meets(change)))) {
        throw new Conflict();
      }
    }
    if (attempt) attempt.over = true;
    if (layer.length === 0 || this.running.size === 0) return;
    this.version += 1;
    const changes = layer.map(([id, after]) => {
      const states = [database._documents[id] ?? null, after];
      return { id, states: states.filter((it) => it !== null) };
    });
    this.commits.push({ version: this.version, changes });
  }

  /** Runs a mutation of a client or an action until it is committed or has failed. */
  private async around({ path, isNested, isScheduled, run }: MutationRun) {
    // What the engine does for itself, and parts of another mutation, conflict with nothing.
    if (isNested || path === "custom" || path === "inline") return run();
    for (let failures = 0; ; failures += 1) {
      const attempt = new Attempt(this.version);
      this.running.add(attempt);
      try {
        return await this.current.run(attempt, () => turn().then(run));
      } catch (error) {
        if (!(error instanceof Conflict)) throw error;
        this.count(path);
        // The service tries what it was asked to do later without an end.
        if (failures === RETRIES && !isScheduled) throw error;
      } finally {
        attempt.over = true;
        this.running.delete(attempt);
        const oldest = Math.min(...[...this.running].map((it) => it.start));
        this.commits = this.commits.filter((it) => it.version > oldest);
      }
      const most = Math.min(FIRST_WAIT_MS * 2 ** failures, LONGEST_WAIT_MS);
      await sleep(most * Math.random());
    }
  }
}

/** What a query has read: up to its last document, if it asked for so many only. */
function rangeOf(
  { source, operators }: Query,
  {
    sortedDocs,
    limit,
    order,
    fieldPathsToSortBy,
  }: ReturnType<Database["_resolveQuerySource"]>,
): Range | null {
  // Of a search nothing is known; the hub has none.
  if (source.type === "Search") return null;
  const scan = source.type === "FullTableScan";
  const table = scan ? source.tableName : (source.indexName.split(".")[0] ?? "");
  const fields = scan ? ["_creationTime", "_id"] : fieldPathsToSortBy;
  let [from, to] = endsOf(scan ? [] : source.range);
  const isFiltered = operators.some((operator) => "filter" in operator);
  const last = limit === null || isFiltered ? undefined : sortedDocs[limit - 1];
  if (last) {
    const key = fields.map((field) => fieldOf(last, field));
    if (order === "asc") to = key;
    else from = key;
  }
  return { table, fields, from, to };
}
