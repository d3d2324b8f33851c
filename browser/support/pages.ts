// The addresses of every page there is, of a profile with something in it.

import type { Place } from "./place.js";

/** Where nothing is: a page says so. */
export const NOWHERE = "/no/such/page";

const FIXED = [
  "/",
  "/sessions",
  "/search",
  "/search?q=tide",
  "/search?q=nothing-has-this",
  "/inbox",
  "/workspaces",
  "/sync",
  "/conflicts",
  "/settings",
  "/help",
  "/trash",
  NOWHERE,
];

const ENTITIES = ["sessions", "messages", "workspaces", "inbox", "comments"];

/** All of them. */
export async function paths(place: Place, profile: string): Promise<string[]> {
  const all = [...FIXED];
  for (const entity of ENTITIES) {
    const words = ["list", entity, "--limit", "1"];
    const [row] = await place.json<{ id: string }[]>(profile, ...words);
    all.push(`/e/${entity}`);
    if (entity !== "messages") all.push(`/e/${entity}/new`);
    if (row === undefined) continue;
    all.push(`/e/${entity}/${row.id}`, `/why/${row.id}`);
    if (entity !== "messages") all.push(`/e/${entity}/${row.id}/edit`);
    if (entity === "sessions") all.push(`/s/${row.id}`, `/s/${row.id}/find?q=tide`);
    if (entity === "workspaces") all.push(`/workspaces/${row.id}`);
    if (entity === "messages") all.push(`/m/${row.id}/raw`);
  }
  return all;
}
