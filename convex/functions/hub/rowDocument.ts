/** Rows with the documents that hold them. */
import type { Doc } from "../_generated/dataModel.js";
import { documentSize, fromDocument, toDocument } from "../model/document.js";
import { fromHex, type Row } from "../model/row.js";
import { descriptors, type RowDoc } from "./entities.js";
import type { Usage } from "./quota.js";
import type { Stored } from "./store.js";

export type StoredDoc = RowDoc | Doc<"syncOthers">;

/** A row with the document that holds it. */
export interface Held extends Stored {
  readonly document?: StoredDoc;
}

/** What keeping a row adds, and the size of its document. */
export function growth({ entity, row, document: old }: Held): Usage & { size: number } {
  const descriptor = descriptors.get(entity);
  const sizeOf = (it: Row) => documentSize(toDocument(descriptor, it));
  const size = sizeOf(row);
  const before = old ? sizeOf(rowIn(entity, old)) : 0;
  return { rows: old ? 0 : 1, bytes: size - before, size };
}

export function toStored(entity: string, document: StoredDoc): Held {
  return {
    entity,
    id: document.syncId,
    row: rowIn(entity, document),
    seq: document.syncSeq,
    hash: fromHex(document.syncHash),
    born: document.syncBorn,
    key: document.syncKey,
    document,
  };
}

/** The row that a document holds. */
export function rowIn(entity: string, document: StoredDoc): Row {
  // The other columns of a document are not read as cells.
  const cells = document as unknown as Parameters<typeof fromDocument>[1];
  return fromDocument(descriptors.get(entity), cells);
}
