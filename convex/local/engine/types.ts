// The private parts of convex-test that this folder relies on. The version is pinned
// exactly, and tests/local/engine.test.ts compares the patched engine with the plain one.

/** A stored document: fields, `_id` and `_creationTime`. Never changed once it is stored. */
export type Document = Readonly<Record<string, unknown>>;

/** Documents by id, as one layer of a transaction has written them; `null` is deleted. */
export type Writes = Record<string, Document | null>;

/** One step of an index range, as `convex/server` sends it. */
export interface RangeStep {
  type: "Eq" | "Gt" | "Gte" | "Lt" | "Lte";
  fieldPath: string;
  value: unknown;
}

/** Where a query reads. */
export type QuerySource =
  | { type: "FullTableScan"; tableName: string; order?: "asc" | "desc" }
  | { type: "IndexRange"; indexName: string; range: RangeStep[]; order?: "asc" | "desc" }
  | { type: "Search"; indexName: string; filters: unknown[] };

export interface Query {
  source: QuerySource;
  operators: object[];
}

/** A query whose source has been read. */
export interface Resolved {
  sortedDocs: Document[];
  filterFn: (document: Document) => boolean;
  limit: number | null;
  fieldPathsToSortBy: string[];
  order: "asc" | "desc";
}

/** An instance of convex-test's database. */
export interface Database {
  _documents: Record<string, Document>;
  _storage: Record<string, Blob>;
  _nextDocId: number;
  _lastCreationTime: number;
  _queryResults: Record<number, Document[]>;
  _writes: Writes[];

  get(table: string | undefined, id: string): Document | null;
  startTransaction(): void;
  _addWrite(id: string, value: Document | null): void;
  commit(commitTs: bigint | null): void;
  rollbackWrites(): void;
  stashWrites(): Writes[];
  restoreWrites(stashed: Writes[]): void;
  queryNext(queryId: number): { value: Document | null; done: boolean };
  patch(table: string | undefined, id: string, value: object): void;
  replace(table: string | undefined, id: string, value: object): void;
  delete(table: string | undefined, id: string): void;
  _iterateDocs(table: string, visit: (document: Document) => void): void;
  _resolveQuerySource(query: Query): Resolved;
  _evaluateQuery(query: Query): Document[];
}

/** Counts what one transaction reads and writes, and refuses what is over a limit. */
export interface Tracker {
  trackIndexRange(): void;
  trackRead(bytes: number): void;
}

export interface TransactionManager {
  _lastCommitTs: bigint;
  getMetricsTracker(): Tracker | null;
}

/** A function's place, as convex-test addresses it. */
export interface FunctionPath {
  componentPath: string;
  udfPath: string;
}

/** What `convexTest()` returns, with the parts that its types leave out. */
export interface Engine {
  withIdentity(identity: object): Engine;
  queryFromPath(path: FunctionPath, args: object): Promise<unknown>;
  mutationFromPath(path: FunctionPath, args: object): Promise<unknown>;
  actionFromPath(path: FunctionPath, args: object): Promise<unknown>;
  run<T>(work: () => Promise<T>): Promise<T>;
  fetch(path: string, init: RequestInit): Promise<Response>;
}

/** A mutation that is about to be run. */
export interface MutationRun {
  path: string;
  /** It is a part of another one, and of its transaction. */
  isNested: boolean;
  isScheduled: boolean;
  run: () => Promise<unknown>;
}

/** The copy of convex-test with its private parts exported. */
export interface EngineModule {
  convexTest(options: {
    schema: unknown;
    modules: Record<string, () => Promise<unknown>>;
    transactionLimits: boolean;
  }): Engine;
  DatabaseFake: { prototype: Database };
  /** Says what is done around each mutation. */
  setAroundMutation(around: (it: MutationRun) => Promise<unknown>): void;
  getDb(): Database;
  getTransactionManager(): TransactionManager;
}
