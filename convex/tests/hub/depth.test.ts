// @vitest-environment edge-runtime
/** Purges through several owners above each other, which no entity of this repository has. */
import { defineTable } from "convex/server";
import { expect, test, vi } from "vitest";
import { reference, rowColumns, text } from "../../functions/model/columns.js";
import type { Descriptor } from "../../functions/model/descriptor.js";
import { PURGED } from "../../functions/model/row.js";
import {
  born,
  cell,
  deployment,
  id,
  linked,
  part,
  person,
  type Person,
} from "./fixture.js";

vi.mock("../../functions/generated/entities.js", async (load) => {
  const real = await load<typeof import("../../functions/generated/entities.js")>();
  const table = (columns: Record<string, typeof text>) =>
    defineTable({ ...rowColumns, ...columns })
      .index("by_row", ["syncUser", "syncId"])
      .index("by_key", ["syncUser", "syncKey"]);
  const owned = (entity: string, naturalKey: string[] = []): Descriptor => ({
    fields: { name: "text", within: "ref" },
    local: [],
    naturalKey,
    owner: { entity, field: "within" },
  });
  const columns = { name: text, within: reference };
  return {
    entityTables: {
      ...real.entityTables,
      folders: table(columns),
      files: table(columns),
      pieces: table(columns),
    },
    descriptors: {
      ...real.descriptors,
      folders: owned("folders", ["name"]),
      files: owned("folders"),
      pieces: owned("files"),
    },
  };
});

const within = (entity: string, n: number, owner: number) =>
  born(entity, n, [cell("name", `${entity} ${n}`), cell("within", id(owner))]);
const purge = (n: number) => part("folders", n, [[PURGED, person(7), '"person"']]);

async function marked(who: Person): Promise<string[]> {
  const rows = (await who.rows()).filter((it) => it.cells[0]?.[0] === PURGED);
  return rows.map((it) => `${it.entity} ${Number.parseInt(it.id.slice(-12), 16)}`).sort();
}

test("a purge reaches what belongs to what belongs to a row, now and later", async () => {
  const ada = await linked(deployment());
  await ada.give(
    born("folders", 1, [cell("name", "root")]),
    within("folders", 2, 1),
    within("files", 3, 2),
    within("pieces", 4, 3),
    within("pieces", 5, 9),
  );
  await ada.give(purge(1));
  const all = ["files 3", "folders 1", "folders 2", "pieces 4"];
  expect(await marked(ada)).toEqual(all);
  await ada.give(within("pieces", 6, 3), within("files", 7, 2), within("pieces", 8, 7));
  expect(await marked(ada)).toEqual([...all, "files 7", "pieces 6", "pieces 8"].sort());
  // One that waited for its owner goes when that comes.
  await ada.give(within("files", 9, 2));
  expect(await marked(ada)).toContain("pieces 5");
});

test("rows that own each other in a circle are marked once, and found unmarked", async () => {
  const ada = await linked(deployment());
  await ada.give(
    within("folders", 1, 2),
    within("folders", 2, 1),
    within("folders", 3, 3),
    within("folders", 4, 5),
  );
  await ada.give(purge(4));
  const { head } = await ada.give(within("files", 6, 1), within("files", 7, 3));
  expect(await marked(ada)).toEqual(["folders 4"]);
  const after = await ada.give(purge(2));
  expect(await marked(ada)).toEqual(["files 6", "folders 1", "folders 2", "folders 4"]);
  expect(after.head).toBe(head + 3);
});
