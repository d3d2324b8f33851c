// Keeps the data of a deployment in a folder: a log with a line for each commit. A line is
// handed to the system before the commit is answered, so ending the process in any way
// loses nothing that was answered. (Losing power can: the log is not forced to the disk.)

import { closeSync, openSync, writeSync } from "node:fs";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
} from "node:fs";
import { join } from "node:path";
import { convexToJson, jsonToConvex, type Value } from "convex/values";
import type { Commit } from "./engine/state.js";
import type { Document } from "./engine/types.js";
import type { SigningKeys } from "./keys.js";

/** What is kept once for all: a token names the address it was made at. */
export interface Settings extends SigningKeys {
  port: number;
  sitePort: number;
  providerPort: number;
}

/** What the log says. */
export interface Kept {
  documents: Record<string, Document>;
  nextId: number;
  timestamp: bigint;
}

interface Line {
  next: number;
  ts: string;
  docs: [id: string, document: unknown][];
}

export class Disk {
  private log: number | null = null;

  private constructor(private readonly folder: string) {}

  /** Opens `folder`, which at most one process may have open. */
  static open(folder: string): Disk {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const disk = new Disk(folder);
    disk.lock();
    return disk;
  }

  /** The settings of the first start, or `null`. */
  settings(): Settings | null {
    const path = this.path("settings.json");
    return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Settings) : null;
  }

  keepSettings(settings: Settings): void {
    this.replaceFile("settings.json", `${JSON.stringify(settings)}\n`);
  }

  /** Reads the log, drops a last line that was cut off, and goes on writing behind it. */
  load(): Kept {
    const kept: Kept = { documents: {}, nextId: 0, timestamp: 0n };
    const path = this.path("log.jsonl");
    let written = 0;
    if (existsSync(path)) {
      const bytes = readFileSync(path);
      const whole = bytes.lastIndexOf(0x0a) + 1;
      if (whole < bytes.length) truncateSync(path, whole);
      for (const line of lines(bytes.subarray(0, whole))) written += apply(kept, line);
    }
    if (written > 2 * Object.keys(kept.documents).length + 1000) this.replaceAll(kept);
    else this.log = openSync(path, "a", 0o600);
    return kept;
  }

  /** Writes a commit behind the others. */
  append({ writes, nextId, timestamp }: Commit): void {
    if (this.log === null) throw new Error("the log is not open");
    writeAll(this.log, lineOf(Object.entries(writes), nextId, timestamp));
  }

  /** Puts one state in place of everything so far, whole or not at all. */
  replaceAll({ documents, nextId, timestamp }: Kept): void {
    if (this.log !== null) closeSync(this.log);
    const entries = Object.entries(documents);
    // Several lines, because one text of everything could be longer than texts can be.
    const parts = [lineOf([], nextId, timestamp)];
    for (let i = 0; i < entries.length; i += 1000) {
      parts.push(lineOf(entries.slice(i, i + 1000), nextId, timestamp));
    }
    this.replaceFile("log.jsonl", ...parts);
    this.log = openSync(this.path("log.jsonl"), "a", 0o600);
  }

  /** Lets go of the folder. */
  close(): void {
    if (this.log !== null) closeSync(this.log);
    this.log = null;
    rmSync(this.path("lock"), { force: true });
  }

  private lock(): void {
    const path = this.path("lock");
    const owner = existsSync(path) ? Number(readFileSync(path, "utf8")) : 0;
    if (owner !== 0 && owner !== process.pid && isRunning(owner)) {
      throw new Error(
        `${this.folder} is in use by process ${owner}; stop that deployment, or give ` +
          "another folder with --data",
      );
    }
    this.replaceFile("lock", String(process.pid));
  }

  private replaceFile(name: string, ...parts: string[]): void {
    const fresh = this.path(`${name}.new`);
    const file = openSync(fresh, "w", 0o600);
    for (const part of parts) writeAll(file, part);
    closeSync(file);
    renameSync(fresh, this.path(name));
  }

  private path(name: string): string {
    return join(this.folder, name);
  }
}

function apply(kept: Kept, text: string): number {
  const { next, ts, docs } = JSON.parse(text) as Line;
  kept.nextId = next;
  kept.timestamp = BigInt(ts);
  for (const [id, json] of docs) {
    if (json === null) delete kept.documents[id];
    else kept.documents[id] = jsonToConvex(json as never) as Document;
  }
  return docs.length;
}

/** The lines without their ends; a text of the whole file could be too long for one. */
function* lines(bytes: Buffer): Generator<string> {
  for (let from = 0; from < bytes.length;) {
    const to = bytes.indexOf(0x0a, from);
    yield bytes.toString("utf8", from, to);
    from = to + 1;
  }
}

function lineOf(entries: [string, Document | null][], nextId: number, timestamp: bigint) {
  const docs = entries.map(([id, it]) => [id, it && convexToJson(it as Value)]);
  return `${JSON.stringify({ next: nextId, ts: String(timestamp), docs })}\n`;
}

function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
