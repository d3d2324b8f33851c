/** Natural keys as an index can hold them. */
import { contentHash } from "../model/row.js";
import { utf8Length } from "../model/text.js";

/** An index compares a long text by its beginning alone, and a row holds it twice. */
const MAX_KEY_BYTES = 512;

/** A short text that is equal only for equal keys; no key begins like a hash here. */
export function shortKey(key: string): string {
  return utf8Length(key) <= MAX_KEY_BYTES ? key : `#${contentHash(key)}`;
}
