/** The merge without a deployment: order, canonical form, keys, documents. */
import { expect, test } from "vitest";
import { descriptors } from "../../functions/generated/entities.js";
import { shortKey } from "../../functions/hub/keys.js";
import { keyOf } from "../../functions/model/descriptor.js";
import { fromDocument, toDocument } from "../../functions/model/document.js";
import { isCanonicalJson } from "../../functions/model/json.js";
import { importedId, isId, isPlainName, parseId } from "../../functions/model/names.js";
import { hashOf, join, toHex, type Cell, type Row } from "../../functions/model/row.js";
import { compareUtf8, excerpt, utf8Length } from "../../functions/model/text.js";
import { id, machine, person } from "./fixture.js";

const noChunks = () => Promise.reject(new Error("nothing here is in chunks"));
const row = (...cells: [string, string, string][]): Row =>
  new Map(cells.map(([field, stamp, text]): [string, Cell] => [field, { stamp, text }]));

test("texts sort by the bytes of UTF-8", () => {
  const sorted = ["", "a", "aa", "b", "é", "\ud7ff", "\ue000", "\uff5e", "😀", "😁"];
  const bytes = (text: string) => Buffer.from(text);
  for (const one of sorted) {
    for (const other of sorted) {
      const expected = Math.sign(Buffer.compare(bytes(one), bytes(other)));
      expect(Math.sign(compareUtf8(one, other)), `${one} and ${other}`).toBe(expected);
    }
    expect(utf8Length(one)).toBe(bytes(one).length);
  }
});

test("an excerpt is short and prints", () => {
  expect(excerpt("a\u0000b\ud800")).toBe("a\ufffdb\ufffd");
  expect(Array.from(excerpt("😀".repeat(300)))).toHaveLength(81);
});

test("only canonical JSON is JSON", () => {
  const good = [
    "null",
    "true",
    "0",
    "-1",
    "1.5",
    "1e+300",
    "1e-7",
    "0.000001",
    "123456.789",
    "18446744073709551615",
    "18446744073709552000",
    "-9223372036854775808",
    "100000000000000000000",
    "18446744073709550000",
    "5e-324",
    "1.7976931348623157e+308",
    '""',
    '"\u007f\u2028😀"',
  ];
  good.push(
    "12345678901234567890",
    "[]",
    "{}",
    '[1,[2,{"a":null}]]',
    '{"":1,"a":[],"b":{}}',
  );
  good.push('"\\n\\u0000\\u001f\\u000b\\"\\\\"', '{"\uff5e":1,"😀":2}');
  good.push("[".repeat(5000) + "]".repeat(5000));
  for (const text of good) {
    expect(isCanonicalJson(text), text.slice(0, 50)).toBe(true);
    expect(() => JSON.parse(text) as unknown).not.toThrow();
  }
  const bad = ["", " 1", "1 ", "nul", "nullx", "01", "+1", "1.", ".5", "-", "NaN", "1e999"];
  bad.push(
    "-0",
    "-0.0",
    "2.0",
    "0.0",
    "1e2",
    "1E5",
    "1e300",
    "1e308",
    "1e-400",
    "0.0000001",
    "1.50",
    "123456.7890",
    "18446744073709551616",
    "-9223372036854775809",
    "-9223372036854776000",
    "9007199254740994.0",
    '{"a":[1.50]}',
    "[1,]",
    "[,1]",
    "[1 ,2]",
    "[",
    "]",
    "{",
    '{"a"}',
    '{"a":}',
    "[1]]",
  );
  bad.push('{"b":1,"a":2}', '{"a":1,"a":2}', '{"a":1,}', '{"😀":1,"\uff5e":2}', "{1:2}");
  bad.push(
    '"',
    '"\n"',
    '"\\x"',
    '"\\/"',
    '"\\u0041"',
    '"\\u000A"',
    '"\\u000a"',
    '"\\ud800"',
  );
  bad.push('"\ud800"', '"\\u00"', '"a"b', "{]", "[}", "[1}", '"\\', '{"a":1]');
  for (const text of bad) expect(isCanonicalJson(text), text).toBe(false);
});

test("the greater stamp wins, then the greater text", async () => {
  const both = async (one: Row, other: Row) => {
    const joined = (await join(one, other, noChunks)).row;
    expect((await join(other, one, noChunks)).row).toEqual(joined);
    return joined.get("f")?.text;
  };
  expect(await both(row(["f", person(2), "1"]), row(["f", person(1), "9"]))).toBe("1");
  expect(await both(row(["f", person(1), "1"]), row(["f", machine(9), "9"]))).toBe("1");
  expect(await both(row(["f", person(1), "true"]), row(["f", person(1), "false"]))).toBe(
    "true",
  );
  expect(await both(row(["f", person(1), "10"]), row(["f", person(1), "9"]))).toBe("9");
  expect(await both(row(["f", person(1), '"\uff5e"']), row(["f", person(1), '"😀"']))).toBe(
    '"😀"',
  );
});

test("names and ids", () => {
  expect(["a", "a_1", "constructor"].every(isPlainName)).toBe(true);
  expect(["", "A", "1a", "_a", "a-b", "é", "a\n", "a".repeat(61)].some(isPlainName)).toBe(
    false,
  );
  expect(isId(id(255))).toBe(true);
  expect(isId(id(255).toUpperCase())).toBe(false);
  expect(parseId(id(255).toUpperCase())).toBe(id(255));
  expect(parseId(`{${id(1)}}`)).toBeUndefined();
  expect(importedId(["claude-code", "4f0c"])).toMatch(/^00000000-0000-8[0-9a-f]{3}-[89ab]/);
  expect(importedId(["ab", "c"])).not.toBe(importedId(["a", "bc"]));
});

test("a hash is of the id and of the names and stamps", () => {
  const stamp = person(1);
  const of = (...cells: [string, string, string][]) =>
    hashOf("todos", id(1), row(...cells));
  expect(of(["b", stamp, "1"], ["a", stamp, "2"])).toBe(
    of(["a", stamp, "3"], ["b", stamp, "4"]),
  );
  expect(of(["a", stamp, "1"])).not.toBe(of(["a", person(2), "1"]));
  expect(toHex(-1n)).toBe("f".repeat(16));
});

test("a key is the texts of its fields", () => {
  const key = (...cells: [string, string, string][]) =>
    keyOf(descriptors.sessions, row(...cells));
  expect(key(["name", person(1), '"a"'])).toBe('["a",null,null]');
  expect(key(["name", person(1), '"a"'], ["cwd", person(1), "null"])).toBe(
    '["a",null,null]',
  );
  expect(key(["name", person(1), "null"], ["model", person(1), '"m"'])).toBeUndefined();
  expect(keyOf(descriptors.messages, row(["text", person(1), '"a"']))).toBeUndefined();
  const long = JSON.stringify("x".repeat(600));
  expect(shortKey(key(["name", person(1), long])!)).toMatch(/^#[0-9a-f]{64}$/);
});

test("a document gives back every text exactly", () => {
  const texts = ["null", "true", "1", "1.5", "1e+300", "9007199254740993", '"a\\n\u007f"'];
  texts.push('"12"', "[1]", '{"__proto__":1}', '""', "0.1", "-5", "12345678901234567890");
  const fields = [
    ...Object.keys(descriptors.sessions.fields),
    "deleted_at",
    "from_the_future",
  ];
  fields.push("constructor", "started");
  for (const [at, text] of texts.entries()) {
    const cells = fields.map((field, n): [string, string, string] => [
      field,
      person(n % 3),
      texts[(at + n) % texts.length]!,
    ]);
    const whole = row(...cells, ["note", machine(1), text]);
    for (const descriptor of [descriptors.sessions, descriptors.messages, undefined]) {
      const document = toDocument(descriptor, whole);
      expect(new Map([...fromDocument(descriptor, document)].sort())).toEqual(
        new Map([...whole].sort()),
      );
      // A row may have been stored before its fields or its entity were known.
      const before = fromDocument(descriptors.sessions, toDocument(undefined, whole));
      expect(before.size).toBe(whole.size);
    }
  }
  const document = toDocument(descriptors.sessions, row(["name", person(1), '"Parser"']));
  expect(document).toEqual({ name: "Parser", syncStamp: person(1) });
});
