// A folder of its own with a home and profiles, and the real program, run in an
// environment that nobody else's settings reach.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clock } from "./clock.js";
import { programs } from "./machine.js";

/** How a run of the program ended. */
export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A run of the program that goes on while a test looks at its pages. */
export class Running {
  stdout = "";
  stderr = "";
  private readonly ended: Promise<Ran>;

  constructor(readonly process: ChildProcess) {
    const heard = (name: "stdout" | "stderr") => (bytes: Buffer) => {
      this[name] += bytes.toString();
      process.emit("heard");
    };
    process.stdout?.on("data", heard("stdout"));
    process.stderr?.on("data", heard("stderr"));
    this.ended = once(process, "close").then(([code]) => {
      process.emit("heard");
      return { code: code as number | null, stdout: this.stdout, stderr: this.stderr };
    });
  }

  /** Waits until the program has printed what `pattern` matches. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
      if (found) return found;
      if (this.process.exitCode !== null || this.process.signalCode !== null) {
        throw new Error(`it ended without ${pattern}:\n${this.stdout}${this.stderr}`);
      }
      await once(this.process, "heard");
    }
  }

  /** Types a line. */
  types(line: string): void {
    this.process.stdin?.write(`${line}\n`);
  }

  /** How it ended, once it has. */
  end(): Promise<Ran> {
    return this.ended;
  }

  /** Ends it as Ctrl-C does. */
  async stop(): Promise<Ran> {
    this.process.kill("SIGINT");
    return this.ended;
  }
}

export class Place {
  private readonly running: Running[] = [];

  private constructor(readonly folder: string) {}

  static async make(): Promise<Place> {
    const folder = await mkdtemp(join(tmpdir(), "driftline-browser-"));
    await mkdir(join(folder, "home"));
    return new Place(folder);
  }

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  /** Starts `driftline` on a profile of this place, or another program beside it. */
  start(profile: string, words: string[], program = "driftline"): Running {
    const child = spawn(join(programs(), program), ["--profile", profile, ...words], {
      cwd: this.folder,
      // No PATH: the program finds nothing that could open a browser, and says what to open.
      env: { HOME: this.path("home"), ...clock() },
      stdio: "pipe",
    });
    const running = new Running(child);
    this.running.push(running);
    return running;
  }

  /** Runs the program to its end. */
  async run(profile: string, ...words: string[]): Promise<Ran> {
    const running = this.start(profile, words);
    running.process.stdin?.end();
    return running.end();
  }

  /** What a run that succeeds prints. */
  async ok(profile: string, ...words: string[]): Promise<string> {
    const ran = await this.run(profile, ...words);
    if (ran.code !== 0) {
      throw new Error(
        `driftline ${words.join(" ")}: ${ran.code}\n${ran.stdout}${ran.stderr}`,
      );
    }
    return ran.stdout;
  }

  /** What a run that succeeds prints as JSON. */
  async json<T>(profile: string, ...words: string[]): Promise<T> {
    return JSON.parse(await this.ok(profile, ...words, "--json")) as T;
  }

  /** The id of the only row that has this value, such as `name=Plan`. */
  async id(profile: string, entity: string, condition: string): Promise<string> {
    const words = ["list", entity, "--where", condition];
    const rows = await this.json<{ id: string }[]>(profile, ...words);
    const [row] = rows;
    if (row === undefined || rows.length > 1) {
      throw new Error(`${rows.length} rows of ${entity} have ${condition}`);
    }
    return row.id;
  }

  /** Imports the transcripts of this place's home. */
  async import(profile: string): Promise<void> {
    await this.ok(profile, "import", "--from", "home");
  }

  /** Ends what still runs, and removes the folder. */
  async remove(): Promise<void> {
    for (const { process } of this.running) process.kill("SIGKILL");
    await Promise.all(this.running.map((it) => it.end()));
    await rm(this.folder, { recursive: true });
  }
}
