/** Names and ids, which become parts of queries and are checked before. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

const PLAIN = /^[a-z][a-z0-9_]{0,59}$/;
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether every replica can use `name` unquoted for an entity or a field. */
export function isPlainName(name: string): boolean {
  return PLAIN.test(name);
}

/** Whether `text` is a UUID as it is written: with hyphens, in lower case. */
export function isId(text: string): boolean {
  return ID.test(text);
}

/** The id that `text` means, in whatever case it was written. */
export function parseId(text: string): string | undefined {
  const id = text.toLowerCase();
  return text.length === 36 && isId(id) ? id : undefined;
}

/** The id of a record, a version 8 UUID: a function of `names` and nothing else. */
export function importedId(names: readonly string[]): string {
  const hash = sha256.create();
  for (const name of names) {
    const bytes = new TextEncoder().encode(name);
    const length = new DataView(new ArrayBuffer(8));
    length.setBigUint64(0, BigInt(bytes.length));
    hash.update(new Uint8Array(length.buffer)).update(bytes);
  }
  const bytes = new Uint8Array(16);
  bytes.set(hash.digest().subarray(0, 10), 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytesToHex(bytes);
  const cuts = [0, 8, 12, 16, 20, 32];
  return cuts
    .slice(1)
    .map((end, at) => hex.slice(cuts[at], end))
    .join("-");
}
