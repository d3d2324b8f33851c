/** The laws of joining rows that may have purge marks, on drawn rows. */
import { expect, test } from "vitest";
import { descriptors } from "../../functions/generated/entities.js";
import { keyOf, ownerOf } from "../../functions/model/descriptor.js";
import { fromDocument, toDocument } from "../../functions/model/document.js";
import {
  hashOf,
  join,
  markOf,
  PURGED,
  sortedCells,
  type Cell,
  type Row,
} from "../../functions/model/row.js";
import { id, machine, person } from "./fixture.js";

const CASES = 3_000;
const noChunks = () => Promise.reject(new Error("nothing here is in chunks"));
const both = async (one: Row, other: Row) => (await join(one, other, noChunks)).row;
const cells = (row: Row) => JSON.stringify(sortedCells(row));

/** Numbers below `end`, the same in every run. */
function dice(seed: number) {
  let state = seed;
  return (end: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * end);
  };
}

function drawn(roll: (end: number) => number): Row {
  const stamp = () => (roll(4) === 0 ? machine(roll(4)) : person(roll(4), 1 + roll(2)));
  const row: Row = new Map();
  for (const field of ["name", "cwd", "deleted_at", "from_the_future"]) {
    if (roll(3) > 0) row.set(field, { stamp: stamp(), text: String(roll(3)) });
  }
  const text = ['"person"', '"expired"'][roll(2)]!;
  if (roll(3) === 0) row.set(PURGED, { stamp: stamp(), text });
  return row;
}

test("joins with marks commute, associate and repeat, and nothing survives a mark", async () => {
  const roll = dice(16);
  for (let n = 0; n < CASES; n += 1) {
    const [a, b, c] = [drawn(roll), drawn(roll), drawn(roll)];
    const joined = await both(await both(a, b), c);
    expect(cells(await both(await both(c, b), a))).toBe(cells(joined));
    expect(cells(await both(a, await both(b, c)))).toBe(cells(joined));
    const again = await join(joined, b, noChunks);
    expect([cells(again.row), again.changed]).toEqual([cells(joined), false]);
    expect(hashOf("sessions", id(1), joined)).toBe(hashOf("sessions", id(1), again.row));
    const marks = [a, b, c].flatMap((it) => markOf(it) ?? []);
    if (marks.length === 0) continue;
    const [greatest] = marks
      .map((it) => `${it.stamp} ${it.text}`)
      .sort()
      .reverse();
    const [[field, mark], ...rest] = sortedCells(joined) as [[string, Cell]];
    expect([field, `${mark.stamp} ${mark.text}`, rest]).toEqual([PURGED, greatest, []]);
  }
});

test("a row that lost cells to a mark counts as changed", async () => {
  const mark: Row = new Map([[PURGED, { stamp: person(1), text: '"person"' }]]);
  const row: Row = new Map([["name", { stamp: person(9), text: "1" }]]);
  expect((await join(row, mark, noChunks)).changed).toBe(true);
  expect((await join(mark, row, noChunks)).changed).toBe(false);
  expect((await join(new Map(), mark, noChunks)).changed).toBe(true);
});

test("a marked row has a hash of its mark alone, no key, no owner and no columns", () => {
  const mark: [string, Cell] = [PURGED, { stamp: person(1), text: '"person"' }];
  const text = JSON.stringify(id(2));
  const cell: [string, Cell] = ["session", { stamp: person(2), text }];
  expect(hashOf("messages", id(1), new Map([mark, cell]))).toBe(
    hashOf("messages", id(1), new Map([mark])),
  );
  expect(ownerOf(descriptors.messages, new Map([cell]))).toEqual({
    entity: "sessions",
    id: id(2),
  });
  const marked: Row = new Map([mark]);
  expect(keyOf(descriptors.sessions, marked)).toBeUndefined();
  expect(ownerOf(descriptors.messages, marked)).toBeUndefined();
  const document = toDocument(descriptors.messages, marked);
  const syncExtra = JSON.stringify({ [PURGED]: '"person"' });
  expect(document).toEqual({ syncStamp: person(1), syncExtra });
  expect(fromDocument(descriptors.messages, document)).toEqual(marked);
});
