// Puts a deployment together: the engine, the functions, three listeners and the disk.

import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Disk } from "./disk.js";
import { Conflicts } from "./engine/conflicts.js";
import { installIndexes } from "./engine/indexes.js";
import { loadEngine } from "./engine/load.js";
import { EMPTY, onCommit, type State, StateDoor } from "./engine/state.js";
import { defaultOf, Functions, modulesOf } from "./functions.js";
import { Api } from "./http/api.js";
import { Control, CONTROL_PREFIX, type Controls } from "./http/control.js";
import { HttpError } from "./http/exchange.js";
import { Faults } from "./http/faults.js";
import { Site } from "./http/site.js";
import { Identifier, type AuthProvider } from "./identity.js";
import { newSigningKeys, type SigningKeys } from "./keys.js";
import { checkSchema, installLimits } from "./limits.js";
import type { Options } from "./options.js";
import { GITHUB_CLIENT } from "./providers/github.js";
import { GOOGLE_CLIENT } from "./providers/google.js";
import { accountOf } from "./providers/people.js";
import { GOOGLE_PATH, Providers } from "./providers/server.js";
import { Running } from "./running.js";
import { signIn } from "./signIn.js";
import { Stats } from "./stats.js";
import { SyncServer } from "./sync/server.js";
import { Timestamps } from "./timestamps.js";

const HOST = "127.0.0.1";

/** What a started deployment tells whoever started it. */
export interface Ready {
  /** The API and the WebSocket: what a real deployment has at `.convex.cloud`. */
  url: string;
  /** HTTP actions: what a real deployment has at `.convex.site`. */
  siteUrl: string;
  /** The stand-ins for GitHub and Google. */
  providerUrl: string;
  /** The secret of the door for tests. */
  control: string;
}

/** Starts a deployment. `stop` is called when a test asks for its end. */
export async function startDeployment(options: Options, stop: () => void) {
  const disk = options.data === null ? null : Disk.open(options.data);
  const kept = disk?.settings() ?? null;
  const [api, site, providerServer] = [createServer(), createServer(), createServer()];
  const url = await listen(api, "--port", options.port || (kept?.port ?? 0));
  const siteUrl = await listen(
    site,
    "--site-port",
    options.sitePort || (kept?.sitePort ?? 0),
  );
  const providerPort = options.providerPort || (kept?.providerPort ?? 0);
  const providerUrl = await listen(providerServer, "--provider-port", providerPort);

  const keys = kept ?? (await newSigningKeys());
  disk?.keepSettings({
    JWT_PRIVATE_KEY: keys.JWT_PRIVATE_KEY,
    JWKS: keys.JWKS,
    port: portOf(api),
    sitePort: portOf(site),
    providerPort: portOf(providerServer),
  });
  // Convex Auth reads these when its module is loaded, so before any function is.
  setEnvironment(url, siteUrl, providerUrl, keys, options.people);

  const module = await loadEngine();
  if (options.limits) installLimits(module);
  if (options.engine === "fast") installIndexes(module);
  const stats = new Stats();
  new Conflicts((path) => stats.conflict(path)).install(module);
  const modules = modulesOf(options.functions);
  const faults = new Faults();
  const running = new Running();
  const timestamps = new Timestamps();
  const afterWrite = () => sync.poke();

  const schema = (await defaultOf(modules, "schema")) as { tables: never };
  if (options.limits) checkSchema(schema.tables);
  const engine = module.convexTest({ schema, modules, transactionLimits: options.limits });
  const auth = (await defaultOf(modules, "auth.config")) as { providers: AuthProvider[] };
  const functions = new Functions(modules, engine, options, stats, running, afterWrite);
  const identifier = new Identifier(auth.providers);
  const sync = new SyncServer({ functions, identifier, timestamps, stats });
  const door = new StateDoor(module, engine);
  if (disk) {
    const { documents, nextId, timestamp } = disk.load();
    await door.load(documents, nextId, timestamp);
    onCommit(module, (commit) => keep(() => disk.append(commit)));
  }

  const providers = await Providers.start(providerUrl, siteUrl);
  const apiHandler = new Api(functions, identifier, faults, stats, timestamps);
  const siteHandler = new Site({
    engine,
    running,
    functions,
    caller: (it) => apiHandler.caller(it),
    afterWrite,
  });
  const snapshots = new Map<string, State>();

  const replace = async (state: State) => {
    const position = await door.position();
    await door.replace(state, (documents) => {
      if (disk) keep(() => disk.replaceAll({ documents, ...position }));
    });
    afterWrite();
  };
  const controls: Controls = {
    token: ({ provider, accountId, name }) => {
      const wanted = accountOf(provider, accountId, name);
      return signIn(functions, wanted.provider, wanted.account, providerUrl);
    },
    browser: ({ visitor, accountId, name }) => {
      if (visitor === "ask" || visitor === "deny") providers.visitors.set(visitor);
      else providers.visitors.set(accountOf("github", accountId, name).account);
      return {};
    },
    snapshot: async () => {
      const id = randomBytes(8).toString("hex");
      snapshots.set(id, await door.read());
      return { id };
    },
    restore: async ({ id }) => {
      const state = snapshots.get(String(id));
      if (!state) throw new HttpError(404, "NoSuchSnapshot", `there is no snapshot ${id}`);
      await replace(state);
      return {};
    },
    wipe: () => replace(EMPTY),
    state: ({ state, after }) => {
      running.set(state, after);
      // Live clients hear of it, as they do when a deployment is stopped.
      if (!after) afterWrite();
      return {};
    },
    stats: () => stats.report(),
    stop,
  };
  const control = randomBytes(24).toString("base64url");
  const controlHandler = new Control(control, controls, faults);

  api.on("request", (request, response) => {
    const path = request.url ?? "/";
    if (path.startsWith(CONTROL_PREFIX)) void controlHandler.handle(request, response);
    else if (path.startsWith("/http/"))
      void siteHandler.handle(request, response, path.slice(5));
    else void apiHandler.handle(request, response);
  });
  site.on("request", (request, response) => {
    void siteHandler.handle(request, response, request.url ?? "/");
  });
  providerServer.on("request", (request, response) => {
    void providers.handle(request, response);
  });
  sync.attach(api);

  const ready: Ready = { url, siteUrl, providerUrl, control };
  const close = () => {
    sync.close();
    for (const server of [api, site, providerServer]) {
      server.close();
      server.closeAllConnections();
    }
    disk?.close();
  };
  return { ready, close };
}

/** Listens on `port`, on this machine only. Returns the address. */
function listen(server: Server, option: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      const advice = `; stop what uses it, or give another one with ${option}`;
      reject(new Error(`port ${port}: ${taken ? `in use${advice}` : error.message}`));
    });
    server.listen(port, HOST, () => resolve(`http://${HOST}:${portOf(server)}`));
  });
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** What a deployment sets itself, and what a person sets with `npx convex env set`. */
function setEnvironment(
  url: string,
  siteUrl: string,
  providerUrl: string,
  keys: SigningKeys,
  people: string,
) {
  Object.assign(process.env, {
    CONVEX_CLOUD_URL: url,
    CONVEX_SITE_URL: siteUrl,
    SITE_URL: siteUrl,
    JWT_PRIVATE_KEY: keys.JWT_PRIVATE_KEY,
    JWKS: keys.JWKS,
    AUTH_GITHUB_ID: GITHUB_CLIENT.id,
    AUTH_GITHUB_SECRET: GITHUB_CLIENT.secret,
    AUTH_GITHUB_BASE_URL: providerUrl,
    AUTH_GOOGLE_ID: GOOGLE_CLIENT.id,
    AUTH_GOOGLE_SECRET: GOOGLE_CLIENT.secret,
    AUTH_GOOGLE_ISSUER: `${providerUrl}${GOOGLE_PATH}`,
    DRIFTLINE_PEOPLE: people,
    // Suites sign in hundreds of people at once, on a clock that may stand still.
    DRIFTLINE_SIGN_INS_PER_MINUTE: "1000000",
    AUTH_LOG_LEVEL: process.env["AUTH_LOG_LEVEL"] ?? "ERROR",
  });
}

/** Runs a write to the disk. Nothing may be answered that is not kept. */
function keep(write: () => void): void {
  try {
    write();
  } catch (error) {
    console.error(`cannot keep data on the disk, so the deployment ends: ${String(error)}`);
    process.exit(1);
  }
}
