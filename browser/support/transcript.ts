// Transcripts as Claude Code writes them, made up: a line for each record, in the files
// and folders where the program looks for them.

import { appendFile, mkdir, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { daysAgo } from "./clock.js";

/** A block of a message. */
export type Block = Record<string, unknown>;

/** How a conversation begins. */
export interface Beginning {
  /** Different for each session: its id follows from it. */
  number: number;
  /** The folder that it is about. */
  cwd?: string;
  branch?: string;
  model?: string;
  /** When it began; yesterday, if nothing is said. */
  at?: string;
}

/** A red square of eight by eight pixels. */
const PICTURE =
  "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEklEQVR4nGP4z8CAFWEXHbQSACj/P8Fu7N9hAAAAAElFTkSuQmCC";

/** A conversation that is written down record by record, a few seconds apart. */
export class Transcript {
  readonly session: string;
  private readonly cwd: string;
  private readonly branch: string;
  private readonly model: string;
  private clock: number;
  private count = 0;
  private last: string | null = null;
  private agents = 0;
  /** The sub-agent whose turns are written at the moment. */
  private agent: string | null = null;
  private waiting = new Map<string | null, string[]>();

  constructor(private readonly beginning: Beginning) {
    this.session = this.uuid(0);
    this.cwd = beginning.cwd ?? "/home/ada/projects/harbour";
    this.branch = beginning.branch ?? "main";
    this.model = beginning.model ?? "claude-sonnet-4-5-20250929";
    this.clock = Date.parse(beginning.at ?? daysAgo(1, "09:00"));
  }

  /** What the person said. */
  prompt(content: string | Block[]): this {
    return this.spoken("user", { role: "user", content });
  }

  /** What the agent said, after what it thought. */
  reply(text: string, thinking?: string): this {
    if (thinking !== undefined)
      this.answer([{ type: "thinking", thinking, signature: "x" }]);
    return this.answer([{ type: "text", text }]);
  }

  /** A tool that the agent called, and what it was answered. */
  tool(name: string, input: Block, result: string | Block[], failed = false): this {
    const id = this.call(name, input);
    return this.result(id, result, failed);
  }

  /** A picture that the person showed. */
  picture(text: string): this {
    const source = { type: "base64", media_type: "image/png", data: PICTURE };
    return this.prompt([
      { type: "image", source },
      { type: "text", text },
    ]);
  }

  /** A task that the agent gave to another one, whose turns `work` writes. */
  task(
    description: string,
    prompt: string,
    work: (agent: this) => void,
    result: string,
  ): this {
    const input = { description, prompt, subagent_type: "general-purpose" };
    const id = this.call("Task", input);
    const before = this.last;
    this.agents += 1;
    this.agent = `${this.beginning.number.toString(16)}a${this.agents}`;
    this.last = null;
    this.prompt(prompt);
    work(this);
    this.agent = null;
    this.last = before;
    return this.result(id, result, false);
  }

  /** The agent ran out of room, and goes on with a summary. */
  compact(summary: string): this {
    const logicalParentUuid = this.last;
    this.last = null;
    const compactMetadata = { trigger: "auto", preTokens: 155_000 };
    const content = "Conversation compacted";
    const subtype = "compact_boundary";
    this.record({ type: "system", subtype, content, logicalParentUuid, compactMetadata });
    return this.spoken(
      "user",
      { role: "user", content: summary },
      { isCompactSummary: true, isVisibleInTranscriptOnly: true },
    );
  }

  /** A name that the agent gave the session. */
  title(aiTitle: string): this {
    return this.line(null, { type: "ai-title", aiTitle, sessionId: this.session });
  }

  /** So many turns: a question, a tool call and an answer each. */
  turns(many: number, text = "Turn"): this {
    for (let turn = 1; turn <= many; turn++) {
      this.prompt(`${text} ${turn}: what is next?`);
      this.tool("Bash", { command: `make step-${turn}` }, `step ${turn} done`);
      this.reply(`${text} ${turn} is done.`);
    }
    return this;
  }

  /** Lets time pass. */
  wait(minutes: number): this {
    this.clock += minutes * 60_000;
    return this;
  }

  /** Writes what is new below a home folder, at the end of what is there already. */
  async write(home: string): Promise<void> {
    const folder = this.folder(home);
    for (const [agent, lines] of this.waiting) {
      const file =
        agent === null
          ? join(folder, `${this.session}.jsonl`)
          : join(folder, this.session, "subagents", `agent-${agent}.jsonl`);
      await mkdir(dirname(file), { recursive: true });
      await appendFile(file, lines.join(""));
      // Written when the last of it was said.
      await utimes(file, new Date(this.clock), new Date(this.clock));
    }
    this.waiting.clear();
  }

  /** Keeps a long result in a file beside the transcript, and returns what stands for it. */
  async beside(home: string, name: string, text: string): Promise<string> {
    const file = join(this.folder(home), this.session, "tool-results", name);
    await mkdir(dirname(file), { recursive: true });
    await appendFile(file, text);
    return `<persisted-output>\nOutput too large. Full output saved to: ${file}\n\nPreview:\n...`;
  }

  private folder(home: string): string {
    // A name of a file ends somewhere.
    const slug = this.cwd.replaceAll(/[^A-Za-z0-9]/g, "-").slice(0, 200);
    return join(home, ".claude/projects", slug);
  }

  private call(name: string, input: Block): string {
    const id = `toolu_${this.uuid(this.count + 1).replaceAll("-", "")}`;
    this.answer([{ type: "tool_use", id, name, input }]);
    return id;
  }

  private result(id: string, content: string | Block[], failed: boolean): this {
    const block = { type: "tool_result", tool_use_id: id, content, is_error: failed };
    return this.spoken("user", { role: "user", content: [block] });
  }

  private answer(content: Block[]): this {
    const usage = { input_tokens: 1200, output_tokens: 180, cache_read_input_tokens: 9000 };
    const id = `msg_${this.uuid(this.count + 1)}`;
    const message = { id, type: "message", role: "assistant", model: this.model, content };
    return this.spoken("assistant", { ...message, stop_reason: "end_turn", usage });
  }

  private spoken(type: string, message: Block, more: Block = {}): this {
    return this.record({ type, message, ...more });
  }

  private record(fields: Block): this {
    const uuid = this.uuid(++this.count);
    this.clock += 4_000;
    const record = {
      parentUuid: this.last,
      isSidechain: this.agent !== null,
      userType: "external",
      cwd: this.cwd,
      sessionId: this.session,
      version: "2.1.0",
      gitBranch: this.branch,
      ...(this.agent === null ? {} : { agentId: this.agent }),
      ...fields,
      uuid,
      timestamp: new Date(this.clock).toISOString(),
    };
    this.last = uuid;
    return this.line(this.agent, record);
  }

  private line(file: string | null, record: Block): this {
    const lines = this.waiting.get(file) ?? [];
    lines.push(`${JSON.stringify(record)}\n`);
    this.waiting.set(file, lines);
    return this;
  }

  /** A UUID that follows from the session's number. */
  private uuid(of: number): string {
    const hex = (number: number, digits: number) =>
      number.toString(16).padStart(digits, "0");
    return `${hex(this.beginning.number, 8)}-0000-4000-8000-${hex(of, 12)}`;
  }
}
