// Starts local deployments as whole processes and talks to them as any client does.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import type { Ready } from "../../local/deployment.js";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, "..", "..");

/** An answer of the HTTP API, with its text for tests that look at bytes. */
export interface Reply {
  status: number;
  text: string;
  body: {
    status?: string;
    value?: any;
    errorMessage?: string;
    errorData?: any;
    code?: string;
  };
}

export interface Tokens {
  token: string;
  refreshToken: string;
  person: string;
}

export class Deployment {
  private constructor(
    private readonly child: ChildProcess,
    readonly ready: Ready,
  ) {}

  /** Starts a deployment of the functions beside this file. */
  static async start(...options: string[]): Promise<Deployment> {
    const main = join(ROOT, "local", "main.ts");
    const functions = join(HERE, "functions");
    const words = ["--import", "tsx", main, "--functions", functions, "--until-stdin-ends"];
    const child = spawn(process.execPath, [...words, ...options], { cwd: ROOT });
    let complaints = "";
    child.stderr.on("data", (data) => (complaints += String(data)));
    const lines = createInterface(child.stdout);
    const ready = await Promise.race([
      once(lines, "line").then(([line]) => JSON.parse(String(line)) as Ready),
      once(child, "close").then(() => {
        throw new Error(complaints);
      }),
    ]);
    const deployment = new Deployment(child, ready);
    running.add(deployment);
    return deployment;
  }

  /** Sends one call to the HTTP API. */
  async call(kind: string, path: string, args: unknown, options: CallOptions = {}) {
    const { token, format = "json" } = options;
    return this.post(`/api/${kind}`, JSON.stringify({ path, args, format }), {
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    });
  }

  async post(path: string, body: string, headers: Record<string, string>): Promise<Reply> {
    const init = { method: "POST", body, headers };
    const answer = await fetch(`${this.ready.url}${path}`, init);
    const text = await answer.text();
    return { status: answer.status, text, body: parsed(text) };
  }

  /** The value of a call that must succeed. */
  async value(kind: string, path: string, args: unknown, token?: string): Promise<any> {
    const reply = await this.call(kind, path, args, token === undefined ? {} : { token });
    if (reply.body.status !== "success") throw new Error(`${path}: ${reply.text}`);
    return reply.body.value;
  }

  /** Sends an order to the door for tests, which must obey. */
  async order(order: string, body?: unknown): Promise<any> {
    const answer = await this.tryOrder(order, body);
    if (answer.status !== 200) throw new Error(`${order}: ${await answer.text()}`);
    return answer.json();
  }

  tryOrder(order: string, body?: unknown, control = this.ready.control): Promise<Response> {
    const [method = "", name] = order.split(" ");
    return fetch(`${this.ready.url}/__local/${name}`, {
      method,
      headers: { "x-driftline-local": control },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  signIn(accountId = "1001", provider = "github"): Promise<Tokens> {
    return this.order("POST token", { provider, accountId });
  }

  /** Ends the process as `kill -9` does. */
  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.ended();
  }

  /** Ends the process; standard input is what holds it. Returns its code. */
  async close(): Promise<number | null> {
    this.child.stdin?.end();
    return this.ended();
  }

  /** Waits for the end of the process. */
  async ended(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      await once(this.child, "exit");
    }
    running.delete(this);
    return this.child.exitCode;
  }
}

interface CallOptions {
  token?: string;
  format?: string;
}

function parsed(text: string): Reply["body"] {
  try {
    return JSON.parse(text) as Reply["body"];
  } catch {
    return {};
  }
}

const running = new Set<Deployment>();

afterAll(async () => {
  for (const deployment of running) await deployment.close();
});
