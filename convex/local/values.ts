// How values travel: the formats of Convex's HTTP API, and numbers as its Rust backend
// writes them.

import { convexToJson, type Value } from "convex/values";

/** `json` loses the difference between some types; `convex_encoded_json` does not. */
export type Format = "json" | "convex_encoded_json";

const FORMATS: Record<string, Format> = {
  json: "json",
  convex_clean_json: "json",
  convex_encoded_json: "convex_encoded_json",
  convex_json: "convex_encoded_json",
};

/** The format of that name, if there is one. */
export function formatNamed(name: string): Format | undefined {
  return Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
}

/** The text of `value` in `format`. */
export function textOf(value: unknown, format: Format): string {
  const json = format === "json" ? plain(value) : convexToJson((value ?? null) as Value);
  return withFloats(json);
}

/** A value as the lossy format has it: integers and bytes become text. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof ArrayBuffer) return Buffer.from(value).toString("base64");
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, it]) => [name, plain(it)]));
  }
  return value ?? null;
}

/** JSON with every number written as a float: the backend writes `2.0`, never `2`. */
export function withFloats(json: unknown): string {
  if (typeof json === "number") return float(json);
  if (Array.isArray(json)) return `[${json.map(withFloats).join(",")}]`;
  if (typeof json === "object" && json !== null) {
    const fields = Object.entries(json).filter(([, value]) => value !== undefined);
    const texts = fields.map(
      ([name, value]) => `${JSON.stringify(name)}:${withFloats(value)}`,
    );
    return `{${texts.join(",")}}`;
  }
  return JSON.stringify(json ?? null);
}

function float(number: number): string {
  if (!Number.isInteger(number) || Math.abs(number) >= 1e16) return String(number);
  return Object.is(number, -0) ? "-0.0" : `${number}.0`;
}
