//! One record of Qwen Code. Its envelope is much like Claude Code's, what is said in it like
//! Gemini CLI's.

use driftline_core::Value;
use driftline_messages::{
    Usage,
    block::{self, Block},
};
use serde_json::json;

use crate::{
    Object, Record, Records,
    fields::{count, is, object, text, time},
    parts::{blocks, with_exit},
    prose::{headline, title},
    record::{Kept, Message, Name, Rank, Role},
};

/// Kinds that say nothing a person would look for. Some repeat answers, also those of
/// helpers that the person never sees.
const NOISE: &[&str] = &[
    "ui_telemetry",
    "attribution_snapshot",
    "file_history_snapshot",
    "session_model",
    "session_source",
    "session_sources_snapshot",
    "session_artifact_event",
    "session_artifact_snapshot",
    "session_recording_degraded",
    "parent_session",
    "branch_checkpoint",
    "turn_result",
    "user_text_elements",
    "at_command",
    "omni_recall",
    "goal_state",
    "goal_turn_end",
    "background_task_completed",
];

/// Fields of the envelope that no row repeats.
const ENVELOPE: &[&str] = &["version", "provenance", "isSidechain", "agentName"];

/// How a call ends badly.
const FAILED: &[&str] = &["error", "cancelled"];

/// Takes the lines of a file: each says what it is, and in a fork, whose copy.
#[derive(Default)]
pub(super) struct Lines {
    /// Whether it was noted whose fork this is.
    forked: bool,
}

impl Records for Lines {
    fn take(&mut self, mut line: Object) -> Vec<Record> {
        let of = object(&mut line, "forkedFrom").and_then(|mut it| text(&mut it, "sessionId"));
        let mut records = records(line);
        if let (Some(of), Some(first), false) = (of, records.first(), self.forked) {
            self.forked = true;
            let kept = Some(Box::new(Kept::fork(&of)));
            records.push(Record { kept, name: None, raw: None, ..first.clone() });
        }
        records
    }
}

fn records(mut fields: Object) -> Vec<Record> {
    let agent = text(&mut fields, "agentId");
    let agent = agent.or_else(|| is(&fields, "isSidechain").then(|| "sidechain".into()));
    let kind = text(&mut fields, "type").unwrap_or_else(|| "(no type)".into());
    let subtype = text(&mut fields, "subtype");
    let mut record = Record {
        kind: subtype.clone().filter(|_| kind == "system").unwrap_or_else(|| kind.clone()),
        session: text(&mut fields, "sessionId"),
        time: time(&mut fields),
        cwd: text(&mut fields, "cwd"),
        git_branch: text(&mut fields, "gitBranch"),
        agent,
        ..Record::default()
    };
    let like = Kept {
        external_id: text(&mut fields, "uuid"),
        role: Role::Other,
        blocks: Vec::new(),
        parent: text(&mut fields, "parentUuid"),
        prompt: None,
        beside: Vec::new(),
        message: Message::default(),
    };
    let message = object(&mut fields, "message");
    let payload = object(&mut fields, "systemPayload").unwrap_or_default();
    match (kind.as_str(), message) {
        ("user", Some(message)) => {
            user(&mut record, like, fields, message, payload, subtype.as_deref());
        }
        ("assistant", Some(message)) => assistant(&mut record, like, fields, message),
        ("tool_result", Some(message)) => answer(&mut record, like, fields, message),
        ("system", _) => return system(record, like, payload),
        (_, message) => {
            fields.retain(|name, _| !ENVELOPE.contains(&name.as_str()));
            fields.extend(message.map(|it| ("message".into(), it.into())));
            let blocks = vec![block::other(&kind, Value::Object(fields))];
            record.kept = Some(Box::new(Kept { blocks, ..like }));
        }
    }
    vec![record]
}

fn content(mut message: Object) -> Vec<Value> {
    blocks(message.remove("parts").unwrap_or_default())
}

/// What was sent as the person. Some is the program's: what a timer or a helper says.
fn user(
    record: &mut Record,
    like: Kept,
    mut fields: Object,
    message: Object,
    mut payload: Object,
    subtype: Option<&str>,
) {
    let mut blocks = content(message);
    let theirs = text(&mut fields, "provenance").is_none_or(|it| it == "real_user");
    let typed = matches!(subtype, None | Some("mid_turn_user_message" | "realtime_message"));
    let prompt = record.agent.is_none().then_some(theirs && typed);
    // The program adds to what was typed, and notes what that was.
    if let Some(shown) = text(&mut payload, "displayText").filter(|_| prompt == Some(true)) {
        blocks.retain(|it| {
            !matches!(block::read(std::slice::from_ref(it)).next(), Some(Block::Text(_)))
        });
        blocks.insert(0, block::text(shown));
    }
    if prompt != Some(false) {
        let rank = if record.agent.is_some() { Rank::Task } else { Rank::Prompt };
        record.name = headline(&blocks).map(|text| Name { rank, text, leaf: None });
    }
    record.kept = Some(Box::new(Kept { role: Role::User, blocks, prompt, ..like }));
}

fn assistant(record: &mut Record, like: Kept, mut fields: Object, message: Object) {
    let blocks = content(message);
    let tokens = fields.remove("usageMetadata");
    record.model = text(&mut fields, "model");
    let message = Message {
        model: record.model.clone(),
        finished: tokens.is_some(),
        usage: tokens.map(|it| usage(&it)).unwrap_or_default(),
    };
    record.kept = Some(Box::new(Kept { role: Role::Assistant, blocks, message, ..like }));
}

/// The answer of a tool. How it ended stands beside it.
fn answer(record: &mut Record, like: Kept, mut fields: Object, message: Object) {
    let mut blocks = content(message);
    let mut ended = object(&mut fields, "toolCallResult").unwrap_or_default();
    let failed = text(&mut ended, "status").is_some_and(|it| FAILED.contains(&it.as_str()));
    let exit = ended.get("resultDisplay").and_then(|it| it.get("exitCode")?.as_i64());
    let took = ended.get("durationMs").and_then(count);
    let call = text(&mut ended, "callId");
    let is_it = |it: &Value| it.get("call").and_then(Value::as_str) == call.as_deref();
    if let Some(block) = blocks.iter_mut().find(|it| is_it(it)) {
        let mut known = with_exit(block.take(), exit);
        if let Some(known) = known.as_object_mut() {
            known.extend(failed.then(|| ("failed".to_owned(), true.into())));
            known.extend(took.map(|it| ("took".to_owned(), it.into())));
        }
        *block = known;
    }
    record.kept = Some(Box::new(Kept { role: Role::Tool, blocks, ..like }));
}

/// What the program did or noted.
fn system(mut record: Record, like: Kept, mut payload: Object) -> Vec<Record> {
    let notice = |kind: &str, details: Value| vec![block::notice(kind, details)];
    let mut all = Vec::new();
    let blocks = match record.kind.as_str() {
        kind if NOISE.contains(&kind) => return vec![record],
        "custom_title" => {
            let made = text(&mut payload, "titleSource").is_some_and(|it| it != "manual");
            let rank = if made { Rank::Title } else { Rank::Custom };
            let given = text(&mut payload, "customTitle").and_then(|it| title(&it));
            record.name = given.map(|text| Name { rank, text, leaf: None });
            return vec![record];
        }
        "chat_compression" => {
            all.extend(summary(&record, &like, &mut payload));
            let tokens = payload.get("info").and_then(|it| it.get("originalTokenCount").cloned());
            notice("compaction", json!({ "tokens": tokens }))
        }
        // Its answer is a record of its own; what is shown of it is the program's.
        "slash_command" if payload.get("phase").is_some_and(|it| it == "result") => {
            return vec![record];
        }
        "slash_command" => {
            notice("command", json!({ "command": text(&mut payload, "rawCommand") }))
        }
        "rewind" => notice("rewind", Value::Object(payload)),
        kind => vec![block::other(kind, Value::Object(payload))],
    };
    let known = block::read(&blocks).all(|it| matches!(it, Block::Notice { .. }));
    let role = if known { Role::System } else { Role::Other };
    record.kept = Some(Box::new(Kept { role, blocks, ..like }));
    all.insert(0, record);
    all
}

/// What the program keeps of a conversation that it cut: the first that the model is told
/// then. The files that follow are on the disk, too.
fn summary(record: &Record, like: &Kept, payload: &mut Object) -> Option<Record> {
    let history = payload.remove("compressedHistory")?;
    let first = history.get(0)?.get("parts")?.clone();
    let blocks = blocks(first);
    let parent = like.external_id.clone();
    let external_id = Some(format!("{}:summary", parent.as_deref()?));
    let kept = Kept { external_id, role: Role::Summary, blocks, parent, ..like.clone() };
    Some(Record { kept: Some(Box::new(kept)), raw: Some(String::new()), ..record.clone() })
}

/// The tokens of an answer. By the service that answers, thoughts are among what was
/// written, or beside it.
fn usage(value: &Value) -> Usage {
    let tokens = |field: &str| value.get(field).and_then(count).unwrap_or_default();
    let [read, cached, written, reasoning, total] = [
        "promptTokenCount",
        "cachedContentTokenCount",
        "candidatesTokenCount",
        "thoughtsTokenCount",
        "totalTokenCount",
    ]
    .map(tokens);
    let both = written.saturating_add(reasoning);
    let beside = reasoning > 0 && read.saturating_add(both) == total;
    Usage {
        input: read.saturating_sub(cached),
        cached,
        output: if beside { both } else { written },
        reasoning,
        ..Usage::default()
    }
}
