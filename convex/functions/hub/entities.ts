/** The entities that this deployment knows, and where their rows are. */
import type { GenericDatabaseReader } from "convex/server";
import type { DataModel, Doc } from "../_generated/dataModel.js";
import { descriptors as generated } from "../generated/entities.js";
import type { Descriptor } from "../model/descriptor.js";
import { ALIASES } from "./twins.js";

/** Facts about pairs of ids: built in, so no entity describes them. */
const FACTS: Descriptor = {
  fields: { entity: "text", high: "text", low: "text" },
  local: [],
  naturalKey: [],
};

export const descriptors: ReadonlyMap<string, Descriptor> = new Map([
  [ALIASES, FACTS],
  ...Object.entries<Descriptor>(generated),
]);

/** What these descriptors say of owners. A deployment may have said otherwise before. */
export const OWNERS = JSON.stringify(
  [...descriptors].flatMap(([entity, { owner }]) =>
    owner ? [[entity, owner.field, owner.entity]] : [],
  ),
);

/**
 * Any entity's table. All have the same columns of the hub's and the same indexes, so to
 * the compiler each is the one table that is always there.
 */
export type RowTable = typeof ALIASES;
export type RowDoc = Doc<RowTable>;

/** The tables with a natural key, likewise: `RowTable` and its index by key. */
export type KeyedReader = GenericDatabaseReader<{
  [table: string]: Omit<DataModel[RowTable], "indexes"> & {
    indexes: DataModel[RowTable]["indexes"] & {
      by_key: ["syncUser", "syncKey", "_creationTime"];
    };
  };
}>;

/** The table of an entity, if this deployment knows it. */
export function entityTable(entity: string): RowTable | undefined {
  return descriptors.has(entity) ? (entity as RowTable) : undefined;
}

/** Whether the entity's table has an index by natural key. */
export function hasKey(entity: string): boolean {
  return (descriptors.get(entity)?.naturalKey.length ?? 0) > 0;
}
