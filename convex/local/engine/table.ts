// The documents of one table with an ordered tree for each index that was ever used.

import BTreeModule from "sorted-btree";
import { compareKeys, fieldOf, type Key } from "./order.js";
import type { Document } from "./types.js";

// The package is CommonJS: what a default import gives depends on who loads it.
const BTree =
  (BTreeModule as unknown as { default?: typeof BTreeModule }).default ?? BTreeModule;
type Tree = InstanceType<typeof BTree<Key, Document>>;

interface Index {
  fields: string[];
  tree: Tree;
}

export class Table {
  private documents = new Map<string, Document>();
  private indexes = new Map<string, Index>();

  /** Every document, in no particular order. */
  all(): Iterable<Document> {
    return this.documents.values();
  }

  /** The tree of an index over `fields`; the first call builds it. */
  index(name: string, fields: string[]): Tree {
    const known = this.indexes.get(name);
    if (known) return known.tree;
    const tree: Tree = new BTree<Key, Document>(undefined, compareKeys);
    for (const document of this.documents.values())
      tree.set(keyOf(document, fields), document);
    this.indexes.set(name, { fields, tree });
    return tree;
  }

  /** Stores a document, or removes it (`null`). Returns what was there. */
  put(id: string, document: Document | null): Document | null {
    const old = this.documents.get(id) ?? null;
    for (const { fields, tree } of this.indexes.values()) {
      if (old) tree.delete(keyOf(old, fields));
      if (document) tree.set(keyOf(document, fields), document);
    }
    if (document) this.documents.set(id, document);
    else this.documents.delete(id);
    return old;
  }

  /** A copy; its trees share what neither side changes. */
  clone(): Table {
    const copy = new Table();
    copy.documents = new Map(this.documents);
    for (const [name, { fields, tree }] of this.indexes) {
      copy.indexes.set(name, { fields, tree: tree.clone() });
    }
    return copy;
  }
}

function keyOf(document: Document, fields: string[]): Key {
  return fields.map((field) => fieldOf(document, field));
}

/** The table of an id: convex-test writes a counter followed by the table's name. */
export function tableOf(id: string): string {
  const name = /^[0-9]+(.+)$/s.exec(id)?.[1];
  if (name === undefined) throw new Error(`"${id}" is not an id of this deployment`);
  return name;
}
