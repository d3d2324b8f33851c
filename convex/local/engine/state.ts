// The whole state of the engine as one value, so that a test can go back to it, and
// everything that is committed, so that a disk can keep it.

import { copyTables, rebuildTables, setTables } from "./indexes.js";
import type { Table } from "./table.js";
import type { Document, Engine, EngineModule, Writes } from "./types.js";

/** What one transaction changed. */
export interface Commit {
  writes: Writes;
  /** The counter that the next document's id is made from. */
  nextId: number;
  /** The commit's timestamp in nanoseconds. */
  timestamp: bigint;
}

/** Everything that functions can see. */
export interface State {
  documents: Record<string, Document>;
  files: Record<string, Blob>;
  lastCreationTime: number;
  tables: Map<string, Table>;
}

export const EMPTY: State = {
  documents: {},
  files: {},
  lastCreationTime: 0,
  tables: new Map(),
};

/** Calls `listener` inside every transaction that changed something, before its answer. */
export function onCommit(engine: EngineModule, listener: (commit: Commit) => void): void {
  const prototype = engine.DatabaseFake.prototype;
  const plain = prototype.commit;
  prototype.commit = function (commitTs) {
    const layer = this._writes.at(-1) ?? {};
    const outermost = this._writes.length === 1;
    plain.call(this, commitTs);
    const ids = Object.keys(layer);
    if (!outermost || ids.length === 0) return;
    const writes = Object.fromEntries(ids.map((id) => [id, this._documents[id] ?? null]));
    listener({ writes, nextId: this._nextDocId, timestamp: commitTs ?? 0n });
  };
}

/** Reads and replaces the state of a running engine, between two transactions. */
export class StateDoor {
  constructor(
    private readonly module: EngineModule,
    private readonly engine: Engine,
  ) {}

  /** The present state. Documents are never changed in place, so it stays as it is. */
  async read(): Promise<State> {
    let state = EMPTY;
    await this.engine.run(async () => {
      const database = this.module.getDb();
      state = {
        documents: { ...database._documents },
        files: { ...database._storage },
        lastCreationTime: database._lastCreationTime,
        tables: copyTables(database),
      };
    });
    return state;
  }

  /**
   * Puts `state` in place of the present one. Ids and commit timestamps go on from where
   * they are: an id that was given out once never means another document.
   */
  async replace(state: State, then: (documents: Record<string, Document>) => void) {
    await this.engine.run(async () => {
      const database = this.module.getDb();
      database._documents = { ...state.documents };
      database._storage = { ...state.files };
      database._lastCreationTime = state.lastCreationTime;
      database._queryResults = {};
      setTables(database, state.tables);
      then(database._documents);
    });
  }

  /** Loads what a disk kept. */
  async load(documents: Record<string, Document>, nextId: number, timestamp: bigint) {
    await this.engine.run(async () => {
      const database = this.module.getDb();
      database._documents = documents;
      database._nextDocId = Math.max(database._nextDocId, nextId);
      const times = Object.values(documents).map((it) => it["_creationTime"] as number);
      database._lastCreationTime = times.reduce((a, b) => Math.max(a, b), 0);
      this.module.getTransactionManager()._lastCommitTs = timestamp;
      rebuildTables(database);
    });
  }

  /** The counter and the timestamp that the next commit goes on from. */
  async position(): Promise<{ nextId: number; timestamp: bigint }> {
    let position = { nextId: 0, timestamp: 0n };
    await this.engine.run(async () => {
      const { _nextDocId: nextId } = this.module.getDb();
      position = { nextId, timestamp: this.module.getTransactionManager()._lastCommitTs };
    });
    return position;
  }
}
