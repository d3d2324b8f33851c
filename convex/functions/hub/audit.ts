/** What a join decided against, as it is kept for a month. */
import { contentHash, type Cell, type Loss } from "../model/row.js";
import { utf8Length } from "../model/text.js";

/** A value longer than this is named by its hash and length. */
const MAX_VALUE_BYTES = 1_024;
/** All values of an entry together; those past it are named, too. */
const MAX_ENTRY_BYTES = 64 * 1024;

export interface AuditCell {
  field: string;
  kept: { stamp: string; text: string };
  lost: { stamp: string; text: string };
}

export function describeLosses(losses: readonly Loss[]): AuditCell[] {
  let left = MAX_ENTRY_BYTES;
  const describe = ({ stamp, text, chunks }: Cell) => {
    if (chunks) {
      const first = chunks[0] ?? "";
      return { stamp, text: `${chunks.length} chunks from sha256:${first}` };
    }
    const bytes = utf8Length(text);
    const isShort = bytes <= MAX_VALUE_BYTES && bytes <= left;
    if (!isShort) return { stamp, text: `sha256:${contentHash(text)}, ${bytes} bytes` };
    left -= bytes;
    return { stamp, text };
  };
  return losses.map(({ field, kept, lost }) => {
    return { field, kept: describe(kept), lost: describe(lost) };
  });
}
