/** The WebSocket protocol, with Convex's own client at the other end, and by hand. */

import { once } from "node:events";
import { ConvexClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { Deployment, type Tokens } from "./harness.js";

let local: Deployment;
let ada: Tokens;

beforeAll(async () => {
  local = await Deployment.start();
  ada = await local.signIn();
}, 60_000);

const rows = [{ key: "a", body: 1 }];

test("the official client hears of what somebody else writes", async () => {
  const client = new ConvexClient(local.ready.url, {
    webSocketConstructor: WebSocket as never,
    logger: false,
  });
  client.setAuth(async () => ada.token);
  const seen: unknown[] = [];
  let heard: () => void = () => undefined;
  const next = () => new Promise<void>((resolve) => (heard = resolve));
  const first = next();
  const since = makeFunctionReference<"query">("rows:since");
  client.onUpdate(since, { seq: 0, limit: 9 }, (value) => {
    seen.push(value);
    heard();
  });
  await first;
  const second = next();
  await local.value("mutation", "rows:push", { rows }, ada.token);
  await second;
  expect(seen).toMatchObject([[], [{ key: "a", body: 1 }]]);
  await client.close();
  expect((await local.order("GET stats")).connections).toBeGreaterThan(0);
});

test("time that passes has signs of life, and ends tokens", async () => {
  const now = Date.now();
  await local.order("POST clock", { now });
  const { token } = await local.signIn();
  const socket = new WebSocket(`${local.ready.url.replace("http", "ws")}/api/sync`);
  const said: { type: string }[] = [];
  socket.on("message", (data) => said.push(JSON.parse(String(data)) as { type: string }));
  const until = async (type: string) => {
    while (!said.some((it) => it.type === type)) await once(socket, "message");
  };
  await once(socket, "open");
  socket.send(JSON.stringify({ type: "Connect", clientTs: now - 250 }));
  const show = { type: "Authenticate", baseVersion: 0, tokenType: "User", value: token };
  socket.send(JSON.stringify(show));
  await until("Transition");
  // As numbers: the official client subtracts them.
  const times = { clientClockSkew: -250, serverTs: now * 1_000_000 };
  expect(said[0]).toMatchObject(times);
  await local.order("POST clock", { now: now + 14_000 });
  expect(said.map((it) => it.type)).toEqual(["Transition"]);
  await local.order("POST clock", { now: now + 15_000 });
  await until("Ping");
  const closed = once(socket, "close");
  await local.order("POST clock", { now: now + 3_601_000 });
  await until("AuthError");
  await closed;
  await local.order("POST clock", { now: null });
});
