/**
 * Text as bytes of UTF-8. JavaScript compares and measures UTF-16, which puts an emoji
 * before U+FF5E; every replica must order texts alike, so none of its operators is used.
 */

/** Less than, equal to or greater than 0, as `one` sorts by the bytes of its UTF-8. */
export function compareUtf8(one: string, other: string): number {
  if (one === other) return 0;
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at += 1) {
    const left = one.charCodeAt(at);
    const right = other.charCodeAt(at);
    if (left !== right) return rank(left) - rank(right);
  }
  return one.length - other.length;
}

/** The order of UTF-16 units in which surrogates come last, as their characters do. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** How many bytes the UTF-8 of `text` takes. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    // Each half of a pair is half of four bytes.
    bytes += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2;
  }
  return bytes;
}

/** The beginning of a text from outside, fit to be shown in a message. */
export function excerpt(text: string): string {
  const characters = Array.from(text.slice(0, 200));
  const shown = characters.slice(0, 80).join("").toWellFormed();
  const printable = shown.replace(/\p{Cc}/gu, "\ufffd");
  return characters.length > 80 ? `${printable}\u2026` : printable;
}
