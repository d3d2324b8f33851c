// Limits of a real deployment that convex-test leaves out. It counts what a transaction
// reads and writes itself; here are sizes and shapes of values, and what it undercounts.

import { getConvexSize, getDocumentSize } from "convex/values";
import type { Document, EngineModule } from "./engine/types.js";

const MiB = 1 << 20;

/** The limits, as the documentation of Convex and its source give them. */
export const LIMITS = {
  /** Bytes of one document, with its system fields. */
  documentBytes: MiB,
  documentNesting: 16,
  valueNesting: 64,
  arrayLength: 8192,
  objectFields: 1024,
  /** Characters of a field's name inside a document. */
  fieldName: 1024,
  /** Characters of the name of a table, an index or a top-level field. */
  identifier: 64,
  argumentBytes: 16 * MiB,
  resultBytes: 16 * MiB,
  /** Bytes of the body of a call. */
  callBody: 16 * MiB + 2000,
  /** Bytes of the body of an HTTP action's answer. Its request has no limit. */
  httpActionAnswer: 20 * MiB,
  tables: 10_000,
  /** The documentation says 32. */
  indexesPerTable: 64,
  fieldsPerIndex: 16,
} as const;

/** Refuses arguments that a deployment would refuse. */
export function checkArguments(path: string, value: object): void {
  // They travel in an array, which counts as a level.
  checkValue(`Invalid arguments for ${path}`, value, LIMITS.valueNesting - 1);
  const size = getConvexSize(value as never);
  if (size > LIMITS.argumentBytes) {
    throw new Error(
      `Arguments for ${path} are too large (actual: ${size} B, limit: 16 MiB)`,
    );
  }
}

/** Refuses a result that a deployment would refuse. */
export function checkResult(path: string, value: unknown): void {
  if (value === undefined) return;
  checkValue(`Function ${path} return value invalid`, value, LIMITS.valueNesting);
  const size = getConvexSize(value as never);
  if (size > LIMITS.resultBytes) {
    const sizes = `(actual: ${size} B, limit: 16 MiB)`;
    throw new Error(`Function ${path} return value is too large ${sizes}`);
  }
}

function checkValue(what: string, value: unknown, nesting: number): void {
  try {
    checkShape(value, nesting);
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).message}`);
  }
}

function checkDocument(document: Document): void {
  checkShape(document, LIMITS.documentNesting);
  for (const name of Object.keys(document)) {
    if (name === "_id" || name === "_creationTime") continue;
    checkIdentifier("Field", name);
    if (name.startsWith("_")) {
      throw new Error(
        `Field '${name}' starts with an underscore, as only system fields do`,
      );
    }
  }
  const size = getDocumentSize(document as never);
  if (size > LIMITS.documentBytes) {
    throw new Error(`Value is too large (${size} B > maximum size 1 MiB)`);
  }
}

function checkIdentifier(what: string, name: string): void {
  const isPlain = /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !/^_+$/.test(name);
  if (name.length > LIMITS.identifier || !isPlain) {
    const rule = "a letter or `_`, then letters, digits and `_`, not `_` alone, at most 64";
    throw new Error(`${what} name '${name}' is not an identifier: ${rule}`);
  }
}

/** How deep `value` is nested. Throws when a part of it is out of bounds. */
function checkShape(value: unknown, most: number): number {
  if (typeof value === "string") {
    if (!value.isWellFormed()) {
      throw new Error("String is not valid Unicode (unpaired surrogate)");
    }
    return 0;
  }
  if (typeof value !== "object" || value === null || value instanceof ArrayBuffer) return 0;
  let deepest = 0;
  for (const part of Array.isArray(value) ? elements(value) : fields(value)) {
    deepest = Math.max(deepest, checkShape(part, most));
  }
  if (deepest + 1 > most) {
    const levels = `(nested ${deepest + 1} levels deep > maximum nesting ${most})`;
    throw new Error(`Value is too nested ${levels}`);
  }
  return deepest + 1;
}

function elements(value: unknown[]): unknown[] {
  if (value.length > LIMITS.arrayLength) {
    const lengths = `(${value.length} > maximum length ${LIMITS.arrayLength})`;
    throw new Error(`Array length is too long ${lengths}`);
  }
  return value;
}

function fields(value: object): unknown[] {
  const names = Object.keys(value);
  if (names.length > LIMITS.objectFields) {
    const numbers = `(${names.length} > maximum number ${LIMITS.objectFields})`;
    throw new Error(`Object has too many fields ${numbers}`);
  }
  for (const name of names) {
    if (name.length > LIMITS.fieldName || !/^[ -~]+$/.test(name) || name.startsWith("$")) {
      const rule = "1 to 1024 characters of printable ASCII, not starting with `$`";
      throw new Error(`Field name ${JSON.stringify(name)} is not allowed: ${rule}`);
    }
  }
  return Object.values(value);
}

/** Refuses a schema that could not be deployed. */
export function checkSchema(tables: Record<string, { export(): SchemaTable }>): void {
  const names = Object.keys(tables);
  if (names.length > LIMITS.tables)
    throw new Error(`The schema has more than 10,000 tables`);
  for (const name of names) {
    checkIdentifier("Table", name);
    const { indexes = [] } = tables[name]?.export() ?? {};
    if (indexes.length > LIMITS.indexesPerTable) {
      throw new Error(`Table "${name}" has ${indexes.length} indexes, but 64 is the limit`);
    }
    for (const { indexDescriptor, fields } of indexes) {
      checkIdentifier("Index", indexDescriptor);
      if (fields.length > LIMITS.fieldsPerIndex) {
        const index = `Index "${name}.${indexDescriptor}"`;
        throw new Error(`${index} has ${fields.length} fields, but 16 is the limit`);
      }
    }
  }
}

interface SchemaTable {
  indexes?: { indexDescriptor: string; fields: string[] }[];
}

/** Makes the engine refuse documents, and count reads, as a deployment does. */
export function installLimits(engine: EngineModule): void {
  const prototype = engine.DatabaseFake.prototype;
  const { _addWrite, _evaluateQuery, patch, replace, delete: remove } = prototype;
  const tracker = () => engine.getTransactionManager().getMetricsTracker();

  prototype._addWrite = function (id, value) {
    if (value !== null) checkDocument(value);
    _addWrite.call(this, id, value);
  };

  // Rows that a filter leaves out were read all the same.
  prototype._evaluateQuery = function (query) {
    if (!query.operators.some((operator) => "filter" in operator)) {
      return _evaluateQuery.call(this, query);
    }
    const source = this._resolveQuerySource(query);
    const most = source.limit ?? Infinity;
    const found: Document[] = [];
    for (const document of source.sortedDocs) {
      if (found.length >= most) break;
      if (source.filterFn(document)) found.push(document);
      else tracker()?.trackRead(getDocumentSize(document as never));
    }
    return found;
  };

  // A change by id reads the document by id first.
  prototype.patch = function (table, id, value) {
    tracker()?.trackIndexRange();
    patch.call(this, table, id, value);
  };
  prototype.replace = function (table, id, value) {
    tracker()?.trackIndexRange();
    replace.call(this, table, id, value);
  };
  prototype.delete = function (table, id) {
    tracker()?.trackIndexRange();
    remove.call(this, table, id);
  };
}
