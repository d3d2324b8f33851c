// Random writes and reads from a seed, with rollbacks of parts and of the whole: what the
// plain and the patched engine must answer alike.

import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import type { Doc } from "./_generated/dataModel.js";
import {
  internalMutation,
  internalQuery,
  mutation,
  query,
  type MutationCtx,
  type QueryCtx,
} from "./_generated/server.js";

type Random = () => number;

const NESTED = makeFunctionReference<"mutation">("random:nested");
const INNER = makeFunctionReference<"query">("random:inner");

function randomOf(seed: number): Random {
  let state = seed;
  return () => (state = (state * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff;
}

function whole(random: Random, below: number): number {
  return Math.floor(random() * below);
}

/** Values of every type that an index orders, and some that are easily confused. */
function anyValue(random: Random): unknown {
  const n = whole(random, 20);
  const values = [
    undefined,
    null,
    1n,
    n,
    -0,
    0,
    NaN,
    `x${n}`,
    true,
    [n],
    { n },
    new ArrayBuffer(n),
  ];
  return values[whole(random, values.length)];
}

function shown(document: Doc<"random"> | null): unknown {
  return document && [document._id, document.a, document.b, document.c ?? "none"];
}

async function look(ctx: QueryCtx, random: Random): Promise<unknown> {
  const [a, b, c] = [whole(random, 5), whole(random, 20), anyValue(random)];
  const table = ctx.db.query("random");
  const ranges = [
    () => table.withIndex("by_a_b", (q) => q.eq("a", a)),
    () => table.withIndex("by_a_b", (q) => q.eq("a", a).gt("b", b)),
    () =>
      table.withIndex("by_a_b", (q) =>
        q
          .eq("a", a)
          .gte("b", b)
          .lt("b", b + 5),
      ),
    () =>
      table.withIndex("by_a_b", (q) =>
        q
          .eq("a", a)
          .gt("b", b)
          .lte("b", b + 5),
      ),
    () => table.withIndex("by_c", (q) => q.gt("c", c)),
    () => table.withIndex("by_c", (q) => q.lte("c", c)),
    () => table.withIndex("by_c", (q) => q.eq("c", c)),
    () => table.withIndex("by_id", (q) => q),
    () => table.fullTableScan(),
  ];
  const range = ranges[whole(random, ranges.length)]?.() ?? table;
  let ordered = range.order(random() < 0.5 ? "asc" : "desc");
  if (random() < 0.2) ordered = ordered.filter((q) => q.gt(q.field("b"), 10));
  const how = random();
  if (how < 0.3) return shown(await ordered.first());
  const found = how < 0.5 ? await ordered.take(whole(random, 12)) : await ordered.collect();
  return found.map(shown);
}

async function write(ctx: MutationCtx, random: Random): Promise<void> {
  const all = await ctx.db.query("random").collect();
  const one = all[whole(random, all.length)];
  const row = { a: whole(random, 5), b: whole(random, 20), c: anyValue(random) };
  const how = random();
  if (how < 0.6 || !one) await ctx.db.insert("random", row);
  else if (how < 0.75) await ctx.db.patch(one._id, { b: row.b, c: row.c });
  else if (how < 0.9) await ctx.db.replace(one._id, row);
  else await ctx.db.delete(one._id);
  if (random() < 0.2) {
    await ctx.db.insert("stamped", { n: row.a, at: ctx.db.vars.commitTs as never });
  }
}

async function attempt(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    return `failed: ${(error as Error).message}`;
  }
}

export const step = mutation({
  args: { seed: v.number() },
  handler: async (ctx, { seed }) => {
    const random = randomOf(seed);
    const seen: unknown[] = [];
    for (let i = 0; i < 20; i++) {
      await write(ctx, random);
      seen.push(await look(ctx, random));
      if (random() < 0.15) {
        const args = { seed: whole(random, 1e6), depth: 1, fails: random() < 0.5 };
        seen.push(await attempt(() => ctx.runMutation(NESTED, args)));
        seen.push(await look(ctx, random));
      }
      if (random() < 0.1) {
        const args = { seed: whole(random, 1e6) };
        seen.push(await ctx.runQuery(INNER, args));
      }
    }
    if (random() < 0.15) throw new Error("the whole step is rolled back");
    return seen;
  },
});

export const nested = internalMutation({
  args: { seed: v.number(), depth: v.number(), fails: v.boolean() },
  handler: async (ctx, { seed, depth, fails }) => {
    const random = randomOf(seed);
    const seen: unknown[] = [];
    for (let i = 0; i < 4; i++) {
      await write(ctx, random);
      seen.push(await look(ctx, random));
      if (depth < 3 && random() < 0.4) {
        const args = { seed: whole(random, 1e6), depth: depth + 1, fails: random() < 0.5 };
        seen.push(await attempt(() => ctx.runMutation(NESTED, args)));
      }
    }
    if (fails) throw new Error("a part is rolled back");
    return seen;
  },
});

export const inner = internalQuery({
  args: { seed: v.number() },
  handler: (ctx, { seed }) => look(ctx, randomOf(seed)),
});

export const read = query({
  args: { seed: v.number() },
  handler: async (ctx, { seed }) => {
    const random = randomOf(seed);
    const seen: unknown[] = [];
    for (let i = 0; i < 10; i++) seen.push(await look(ctx, random));
    const page = await ctx.db
      .query("random")
      .withIndex("by_a_b")
      .paginate({ cursor: null, numItems: 5 });
    seen.push(page.page.map(shown), page.isDone);
    const stamped = await ctx.db.query("stamped").withIndex("by_at").collect();
    return [...seen, stamped.map(({ _id, n, at }) => [_id, n, at])];
  },
});
