/**
 * Whether a text is JSON in the one form in which values travel. A hub compares texts, so a
 * second way of writing a value would be a second value; and a text that some replica
 * cannot read would stop that replica for good.
 *
 * The form: no white space, the names of an object sorted by their bytes and distinct, and
 * in strings only those escapes without which they would not be JSON. Numbers have the one
 * form that WIRE.md gives them.
 */
import { compareUtf8 } from "./text.js";

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORDS = ["null", "true", "false"];

export function isCanonicalJson(text: string): boolean {
  if (!text.isWellFormed()) return false;
  // The names read last in the objects that are open, or null for an open array.
  const open: (string | null)[] = [];
  let at = 0;
  for (;;) {
    // A value begins here.
    const first = text[at];
    if (first === "[") {
      at += 1;
      if (text[at] !== "]") {
        open.push(null);
        continue;
      }
      at += 1;
    } else if (first === "{") {
      at += 1;
      if (text[at] !== "}") {
        const end = nameEnd(text, at);
        if (end < 0) return false;
        open.push(text.slice(at, end - 1));
        at = end;
        continue;
      }
      at += 1;
    } else {
      at = scalarEnd(text, at);
      if (at < 0) return false;
    }
    // A value ended here: close what it ends, then go on with what follows.
    for (;;) {
      if (open.length === 0) return at === text.length;
      const last = open[open.length - 1]!;
      if (text[at] === ",") {
        at += 1;
        if (last !== null) {
          const end = nameEnd(text, at);
          if (end < 0) return false;
          const name = text.slice(at, end - 1);
          if (!isAfter(name, last)) return false;
          open[open.length - 1] = name;
          at = end;
        }
        break;
      }
      if (text[at] !== (last === null ? "]" : "}")) return false;
      at += 1;
      open.pop();
    }
  }
}

function isAfter(name: string, last: string): boolean {
  // Escapes sort otherwise than the characters that they stand for.
  return compareUtf8(JSON.parse(name) as string, JSON.parse(last) as string) > 0;
}

/** Where the value of a name that starts at `at` starts, or -1. */
function nameEnd(text: string, at: number): number {
  const end = stringEnd(text, at);
  return end >= 0 && text[end] === ":" ? end + 1 : -1;
}

function scalarEnd(text: string, at: number): number {
  if (text[at] === '"') return stringEnd(text, at);
  const word = WORDS.find((it) => text.startsWith(it, at));
  if (word !== undefined) return at + word.length;
  NUMBER.lastIndex = at;
  const number = NUMBER.exec(text)?.[0];
  if (number === undefined) return -1;
  return isCanonicalNumber(number) ? at + number.length : -1;
}

/**
 * Whether a number is written as every replica would write it: what is whole and between
 * -2^63 and 2^64 - 1 by its digits, any other double as ECMAScript writes it.
 */
export function isCanonicalNumber(text: string): boolean {
  const isWhole = /^-?[0-9]+$/.test(text);
  if (isWhole && (text.length < 19 || (text.length < 21 && isInRange(BigInt(text)))))
    return text !== "-0";
  // No double takes more to write, and a longer text is not worth reading.
  if (text.length > 25) return false;
  const value = Number(text);
  return Number.isFinite(value) && canonicalNumber(value) === text;
}

/** The one text of a double that is finite. */
export function canonicalNumber(value: number): string {
  const whole = Number.isInteger(value) ? BigInt(value) : undefined;
  return String(whole !== undefined && isInRange(whole) ? whole : value);
}

function isInRange(value: bigint): boolean {
  return value >= -(2n ** 63n) && value < 2n ** 64n;
}

/** Where the string that starts at `at` has ended, or -1. */
function stringEnd(text: string, at: number): number {
  if (text[at] !== '"') return -1;
  for (let place = at + 1; place < text.length; place += 1) {
    const unit = text.charCodeAt(place);
    if (unit === 0x22) return place + 1;
    if (unit < 0x20) return -1;
    if (unit !== 0x5c) continue;
    place += 1;
    if ('"\\bfnrt'.includes(text.charAt(place)) && place < text.length) continue;
    if (!/^u00(?:0[0-7be-f]|1[0-9a-f])$/.test(text.slice(place, place + 5))) return -1;
    place += 4;
  }
  return -1;
}
