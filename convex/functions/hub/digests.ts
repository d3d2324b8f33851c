/** The sums of rows' hashes, by entity: what both sides compare. */
import { fromHex, toHex } from "../model/row.js";
import { descriptors } from "./entities.js";

export function readDigests(text: string): Map<string, bigint> {
  const digests = Object.entries(JSON.parse(text) as Record<string, string>);
  return new Map(digests.map(([entity, sum]) => [entity, fromHex(sum)]));
}

/** As JSON, and as they travel. */
export function writeDigests(digests: ReadonlyMap<string, bigint>): Record<string, string> {
  return Object.fromEntries([...digests].map(([entity, sum]) => [entity, toHex(sum)]));
}

/** The digest of every entity that has rows here or could have. */
export function everyDigest(digests: ReadonlyMap<string, bigint>): Record<string, string> {
  const none = [...descriptors.keys()].map((entity) => [entity, 0n] as const);
  return writeDigests(new Map([...none, ...digests]));
}
