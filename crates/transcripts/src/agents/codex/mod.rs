//! Codex: one JSON record to a line, in `~/.codex/sessions/<year>/<month>/<day>/`. A line
//! has an envelope (`type`, `payload`); the oldest files have none. What the model saw and
//! said are `response_item`s; events repeat it for the screen, and add what no item says.
//! Sessions that were archived are packed after a week (`.jsonl.zst`).

mod call;
mod item;
mod titles;

use std::path::Path;

use driftline_core::Value;
use driftline_messages::{Usage, block};
use serde_json::json;

use crate::{
    Form, Kept, Name, Object, Rank, Reader, Record, Records, Role,
    fields::{count, object, text, time},
    prose,
};

const TOOL: &str = "codex";

/// Lines that say how the program works, or what other lines say.
const NOISE: &[&str] = &["world_state", "token_usage_record", "inter_agent_communication_metadata"];

inventory::submit! {
    Reader {
        tool: TOOL,
        name: "Codex",
        doc: "Codex's sessions, in ~/.codex/sessions",
        version: 2,
        places: |home| {
            ["sessions", "archived_sessions"].map(|it| home.join(".codex").join(it)).into()
        },
        accepts: |path| {
            let name = path.file_name().and_then(|it| it.to_str()).unwrap_or_default();
            name.starts_with("rollout-")
                && (name.ends_with(".jsonl") || name.ends_with(".jsonl.zst"))
        },
        // The file of another thread is known by its time, too, which nothing here tells.
        main_file: |_, _| None,
        beside: |_, _, _| None,
        keeps: |_| None,
        form: Form::Lines { starts: &["{\"timestamp\":"], open },
    }
}

fn open(_: &Path) -> Box<dyn Records> {
    Box::<Rollout>::default()
}

/// What is known of a file from its lines so far.
#[derive(Default)]
struct Rollout {
    /// Whether its first line was read: it may be followed by that of a parent.
    begun: bool,
    /// The session.
    session: Option<String>,
    /// The name of the sub-agent whose file it is.
    agent: Option<String>,
    /// Lines before this one are copies of what the parent said.
    own: u64,
    /// Whether events name every answer: an answer without one is no part of the talk.
    paginated: bool,
    /// The answer that the last event named.
    answer: Option<String>,
    /// The tokens of the whole session, when they were last told.
    tokens: Value,
}

impl Records for Rollout {
    fn take(&mut self, mut line: Object) -> Vec<Record> {
        let at = time(&mut line);
        let ordinal = line.get("ordinal").and_then(count);
        let Some(payload) = object(&mut line, "payload") else {
            let record = self.bare(line);
            return vec![self.of_file(Record { time: at, ..record })];
        };
        let kind = text(&mut line, "type").unwrap_or_default();
        let mut record = match kind.as_str() {
            "session_meta" if self.begun => return vec![left_out(kind)],
            "session_meta" => self.head(payload),
            _ if ordinal.is_some_and(|it| it < self.own) => return vec![left_out(kind)],
            "response_item" => self.item(payload),
            "event_msg" => self.event(payload),
            "turn_context" => context(payload),
            "compacted" => compacted(payload),
            kind if NOISE.contains(&kind) => left_out(kind),
            _ => {
                let blocks = vec![block::other(&kind, Value::Object(payload))];
                let kept = Some(Box::new(Kept::of(Role::Other, blocks)));
                Record { kept, ..left_out(kind) }
            }
        };
        (record.time, record.ordinal) = (at, ordinal);
        vec![self.of_file(record)]
    }
}

fn left_out(kind: impl Into<String>) -> Record {
    Record { kind: kind.into(), ..Record::default() }
}

impl Rollout {
    fn of_file(&self, record: Record) -> Record {
        Record { session: self.session.clone(), agent: self.agent.clone(), ..record }
    }

    /// The first line: which session this is, and where it was started.
    fn head(&mut self, mut payload: Object) -> Record {
        self.begun = true;
        let id = text(&mut payload, "id");
        let root = text(&mut payload, "session_id");
        let mut source = object(&mut payload, "source").unwrap_or_default();
        let is_agent = text(&mut payload, "thread_source").as_deref() == Some("subagent")
            || source.contains_key("subagent");
        let mut session = id.clone();
        if is_agent {
            let parent = text(&mut payload, "parent_thread_id");
            let spawn = object(&mut source, "subagent")
                .and_then(|mut it| object(&mut it, "thread_spawn"))
                .and_then(|mut it| text(&mut it, "parent_thread_id"));
            self.agent = id;
            session = root.or(parent).or(spawn).or(self.agent.clone());
            self.own =
                payload.get("subagent_history_start_ordinal").and_then(count).unwrap_or_default();
        }
        self.paginated = text(&mut payload, "history_mode").as_deref() == Some("paginated");
        let mut git = object(&mut payload, "git").unwrap_or_default();
        let mut record = left_out("session_meta");
        self.session = session;
        record.cwd = text(&mut payload, "cwd");
        record.git_branch = text(&mut git, "branch");
        record.git_remote = text(&mut git, "repository_url");
        if let (false, Some(mut base)) = (is_agent, object(&mut payload, "history_base")) {
            let of = text(&mut base, "thread_id");
            let until = base.get("end_ordinal_exclusive").and_then(count);
            let blocks = vec![block::notice("fork", json!({ "of": of, "until": until }))];
            record.kept = Some(Box::new(noted(blocks, Usage::default())));
        }
        record
    }

    /// A line of the time before there were envelopes: the head, or an item.
    fn bare(&mut self, mut line: Object) -> Record {
        if !self.begun && line.contains_key("id") && !line.contains_key("type") {
            return self.head(line);
        }
        if line.contains_key("type") || line.contains_key("role") {
            let mut record = self.item(line);
            // No line of such a file says where it was started, but the first message does.
            record.cwd = record.kept.as_deref().and_then(folder);
            return record;
        }
        left_out(text(&mut line, "record_type").unwrap_or("(no type)".into()))
    }

    fn item(&mut self, payload: Object) -> Record {
        let mut record = item::record(payload, self.agent.is_some());
        let kept = record.kept.as_deref();
        let answers = kept.is_some_and(|it| it.role == Role::Assistant) && record.kind == "message";
        let named = kept.and_then(|it| it.external_id.as_ref());
        // What the model wrote to itself when it summed up.
        if answers && self.paginated && named.is_some() && named != self.answer.as_ref() {
            record.kept = None;
        }
        record
    }

    fn event(&mut self, mut payload: Object) -> Record {
        let kind = text(&mut payload, "type").unwrap_or_default();
        let mut record = left_out(kind);
        match record.kind.as_str() {
            "item_completed" => {
                let mut item = object(&mut payload, "item").unwrap_or_default();
                if text(&mut item, "type").as_deref() == Some("AgentMessage") {
                    self.answer = text(&mut item, "id");
                }
            }
            "token_count" => {
                let mut info = object(&mut payload, "info").unwrap_or_default();
                let usage = info.get("last_token_usage").map(usage).unwrap_or_default();
                let tokens = info.remove("total_token_usage").unwrap_or_default();
                // An answer's tokens are told again when limits change, or before a
                // compaction.
                let again = !tokens.is_null() && tokens == self.tokens;
                self.tokens = tokens;
                if usage != Usage::default() && !again {
                    record.kept = Some(Box::new(noted(Vec::new(), usage)));
                }
            }
            "turn_aborted" => record.kept = happened("interrupted", &mut payload, "reason"),
            "error" => record.kept = happened("error", &mut payload, "message"),
            "thread_name_updated" => {
                let given = text(&mut payload, "thread_name").and_then(|it| prose::title(&it));
                record.name = given.map(|text| Name { rank: Rank::Title, text, leaf: None });
            }
            _ => (),
        }
        record
    }
}

/// The model and the folder of a turn.
fn context(mut payload: Object) -> Record {
    let (model, cwd) = (text(&mut payload, "model"), text(&mut payload, "cwd"));
    Record { model, cwd, ..left_out("turn_context") }
}

fn compacted(mut payload: Object) -> Record {
    let mut record = left_out("compacted");
    let said = text(&mut payload, "message").map(block::text);
    let mut kept = noted(Vec::from_iter(said), Usage::default());
    kept.role = Role::Summary;
    if kept.blocks.is_empty() {
        kept.role = Role::System;
        kept.blocks.push(block::notice("compaction", Value::Null));
    }
    record.kept = Some(Box::new(kept));
    record
}

/// The folder that a message about the agent's surroundings names.
fn folder(kept: &Kept) -> Option<String> {
    let said = kept.blocks.iter().find_map(|it| it.get("text")?.as_str())?;
    if !said.trim_start().starts_with("<environment_context>") {
        return None;
    }
    let in_tag = || Some(said.split_once("<cwd>")?.1.split_once("</cwd>")?.0);
    let in_line = || said.lines().find_map(|it| it.strip_prefix("Current working directory: "));
    let folder = in_tag().or_else(in_line)?.trim();
    (!folder.is_empty()).then(|| folder.to_owned())
}

/// A notice of what happened in a turn, and why.
fn happened(kind: &str, payload: &mut Object, why: &str) -> Option<Box<Kept>> {
    let why = payload.remove(why).unwrap_or_default();
    Some(Box::new(noted(vec![block::notice(kind, why)], Usage::default())))
}

/// What the program around the agent notes.
fn noted(blocks: Vec<Value>, usage: Usage) -> Kept {
    let mut kept = Kept::of(Role::System, blocks);
    kept.message.usage = usage;
    kept
}

fn usage(value: &Value) -> Usage {
    let tokens = |field: &str| value.get(field).and_then(count).unwrap_or_default();
    let cached = tokens("cached_input_tokens");
    Usage {
        input: tokens("input_tokens").saturating_sub(cached),
        cached,
        output: tokens("output_tokens"),
        reasoning: tokens("reasoning_output_tokens"),
        cost: None,
    }
}
