//! One record of Claude Code. Its envelope is the same for every kind; what the kinds
//! have in common with no other agent ends here.

use driftline_core::Value;

use super::{
    fields::{is, is_type, object, text, time},
    prose,
};
use crate::{
    Object, Record,
    hash::hash64,
    record::{Kept, Message, Name, Rank, Role},
};

/// Kinds that say nothing a person would look for: progress, and the program's own
/// bookkeeping.
const NOISE: &[&str] = &[
    "progress",
    "file-history-snapshot",
    "file-history-delta",
    "queue-operation",
    "last-prompt",
    "agent-name",
    "mode",
    "permission-mode",
    "pr-link",
    "frame-link",
    "worktree-state",
    "relocated",
    "bridge-session",
    "started",
    "result",
];

/// Fields of the envelope that no row repeats.
const ENVELOPE: &[&str] = &["isSidechain", "userType", "version", "slug", "entrypoint"];

/// What a record says.
pub(super) fn record(mut fields: Object, raw: &str) -> Record {
    let sidechain = is(&fields, "isSidechain");
    let agent = text(&mut fields, "agentId");
    let mut record = Record {
        kind: text(&mut fields, "type").unwrap_or_else(|| "(no type)".into()),
        session: text(&mut fields, "sessionId"),
        time: time(&mut fields),
        cwd: text(&mut fields, "cwd"),
        git_branch: text(&mut fields, "gitBranch"),
        agent: agent.or_else(|| sidechain.then(|| "sidechain".into())),
        ..Record::default()
    };
    if NOISE.contains(&record.kind.as_str()) {
        return record;
    }
    let title = match record.kind.as_str() {
        "summary" => Some(("summary", Rank::Summary)),
        "ai-title" => Some(("aiTitle", Rank::Title)),
        "custom-title" => Some(("customTitle", Rank::Custom)),
        _ => None,
    };
    if let Some((field, rank)) = title {
        let leaf = text(&mut fields, "leafUuid");
        let given = text(&mut fields, field).and_then(|it| prose::title(&it));
        let known = leaf.is_some() || record.session.is_some();
        record.name = given.filter(|_| known).map(|text| Name { rank, text, leaf });
        return record;
    }
    let uuid = text(&mut fields, "uuid");
    let parent = text(&mut fields, "parentUuid");
    let logical = text(&mut fields, "logicalParentUuid");
    let parent = parent.or(logical);
    let spoken = matches!(record.kind.as_str(), "user" | "assistant");
    let message = if spoken { object(&mut fields, "message") } else { None };
    // A record without a name is named by its text: the same record always alike.
    let named = || format!("{}:{:016x}", record.kind, hash64(&[raw]));
    match message {
        Some(message) => {
            let external_id = uuid.unwrap_or_else(named);
            let kept = spoken_record(&mut record, fields, message, external_id, parent);
            record.kept = Some(Box::new(kept));
        }
        None if uuid.is_some() || record.session.is_some() => {
            let external_id = uuid.unwrap_or_else(named);
            let kept = other_record(&record, fields, external_id, parent);
            record.kept = Some(Box::new(kept));
        }
        None => (),
    }
    record
}

/// A message of the conversation.
fn spoken_record(
    record: &mut Record,
    mut fields: Object,
    mut message: Object,
    external_id: String,
    parent: Option<String>,
) -> Kept {
    let mut blocks = match message.remove("content") {
        Some(Value::String(text)) => {
            let block = [("type", Value::from("text")), ("text", Value::from(text))];
            Value::from(vec![Value::Object(
                block.map(|(k, v)| (k.to_owned(), v)).into_iter().collect(),
            )])
        }
        Some(Value::Array(blocks)) => Value::Array(blocks),
        None | Some(Value::Null) => Value::Array(Vec::new()),
        Some(other) => Value::from(vec![other]),
    };
    if let Some(result) = fields.remove("toolUseResult") {
        complete(&mut blocks, &result);
    }
    let of_type = |name: &'static str| {
        blocks.as_array().into_iter().flatten().filter(move |it| is_type(it, name))
    };
    let role = match () {
        () if record.kind == "assistant" => Role::Assistant,
        () if of_type("tool_result").next().is_some() => Role::Tool,
        () if is(&fields, "isCompactSummary") => Role::Summary,
        () if is(&fields, "isMeta") => Role::Meta,
        () => Role::User,
    };
    let calls = of_type("tool_use").filter_map(|it| it.get("id")?.as_str().map(str::to_owned));
    let details = Message {
        calls: calls.collect(),
        model: text(&mut message, "model"),
        usage: message.remove("usage").filter(|it| !it.is_null()),
        finished: message.get("stop_reason").is_some_and(|it| !it.is_null()),
    };
    if role == Role::User {
        let rank = if record.agent.is_some() { Rank::Task } else { Rank::Prompt };
        record.name = prose::headline(&blocks).map(|text| Name { rank, text, leaf: None });
    }
    if role == Role::Assistant {
        record.model = details.model.clone().filter(|it| it != "<synthetic>");
    }
    let pieces: Vec<_> = prose::pieces(&blocks).collect();
    let text = (!pieces.is_empty()).then(|| pieces.join("\n"));
    Kept { external_id, role, text, blocks: Some(blocks), parent, message: details }
}

/// Gives tool results without content what the program noted beside the message.
fn complete(blocks: &mut Value, result: &Value) {
    for block in blocks.as_array_mut().into_iter().flatten() {
        let bare = is_type(block, "tool_result") && block.get("content").is_none_or(Value::is_null);
        if let (true, Some(block)) = (bare, block.as_object_mut()) {
            block.insert("toolUseResult".into(), result.clone());
        }
    }
}

/// A record that is no message: kept as it is, without its envelope.
fn other_record(
    record: &Record,
    mut fields: Object,
    external_id: String,
    parent: Option<String>,
) -> Kept {
    let system = record.kind == "system";
    let role = if system { Role::System } else { Role::Other };
    let text = fields.get("content").and_then(Value::as_str).map(str::to_owned);
    for field in ENVELOPE {
        fields.remove(*field);
    }
    fields.insert("type".into(), Value::from(record.kind.as_str()));
    let blocks = Some(Value::from(vec![Value::Object(fields)]));
    Kept { external_id, role, text, blocks, parent, message: Message::default() }
}
