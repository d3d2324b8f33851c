//! One record of Claude Code. Its envelope is the same for every kind; what the kinds
//! have in common with no other agent ends here.

use driftline_core::Value;
use driftline_messages::block;
use serde_json::json;

use super::beside;
use crate::{
    Object, Record, anthropic,
    fields::{is, is_type, object, text, time},
    prose,
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
    "api-request",
    "api-request-shape",
    "api-request-blob",
    "atis-latch",
    "tools-used",
    "cost-state",
];

/// Attachments of the same sort: what the program tells the model with each request.
const NOISE_ATTACHED: &[&str] = &[
    "prompt_snapshot",
    "skill_listing",
    "agent_listing_delta",
    "deferred_tools_delta",
    "total_tokens_reminder",
    "task_reminder",
    "remote_session_change",
    "environment",
    "model",
    "date",
    "session_context",
    // What a session that was given back to the agent has in the place of such.
    "driftline_bridge",
];

/// Fields of the envelope that no row repeats.
const ENVELOPE: &[&str] = &["isSidechain", "userType", "version", "slug", "entrypoint"];

/// What a record says.
pub(super) fn record(mut fields: Object) -> Record {
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
    // The kind decides: some of the bookkeeping looks like messages.
    if NOISE.contains(&record.kind.as_str()) || is_noise_attached(&record.kind, &fields) {
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
    match message {
        Some(message) => {
            let kept = spoken_record(&mut record, fields, message, uuid, parent);
            record.kept = Some(Box::new(kept));
        }
        None if uuid.is_some() || record.session.is_some() => {
            let kept = other_record(&record, fields, uuid, parent);
            record.kept = Some(Box::new(kept));
        }
        None => (),
    }
    record
}

fn is_noise_attached(kind: &str, fields: &Object) -> bool {
    let attached = fields.get("attachment").filter(|_| kind == "attachment");
    let kind = attached.and_then(|it| it.get("type")?.as_str());
    kind.is_some_and(|it| NOISE_ATTACHED.contains(&it))
}

/// Whether a person said it. What has a source was sent as a prompt, some of it by the
/// program itself; what has none says nothing.
fn is_prompt(fields: &Object) -> Option<bool> {
    let source = fields.get("promptSource")?.as_str()?;
    Some(source != "system" && !is(fields, "isMeta"))
}

/// A message of the conversation.
fn spoken_record(
    record: &mut Record,
    mut fields: Object,
    mut message: Object,
    external_id: Option<String>,
    parent: Option<String>,
) -> Kept {
    let prompt = is_prompt(&fields);
    let mut content = message.remove("content").unwrap_or_default();
    if let Some(result) = fields.remove("toolUseResult") {
        complete(&mut content, result);
    }
    let beside = beside::named(&content);
    let answers = content.as_array().is_some_and(|it| it.iter().any(is_answer));
    let blocks = anthropic::blocks(content);
    let role = if record.kind == "assistant" {
        Role::Assistant
    } else if answers {
        Role::Tool
    } else if is(&fields, "isCompactSummary") {
        Role::Summary
    } else if is(&fields, "isMeta") {
        Role::Meta
    } else {
        Role::User
    };
    let details = Message {
        model: text(&mut message, "model"),
        usage: message.remove("usage").map(|it| anthropic::usage(&it)).unwrap_or_default(),
        finished: message.get("stop_reason").is_some_and(|it| !it.is_null()),
    };
    if role == Role::User {
        let rank = if record.agent.is_some() { Rank::Task } else { Rank::Prompt };
        record.name = prose::headline(&blocks).map(|text| Name { rank, text, leaf: None });
    }
    if role == Role::Assistant {
        record.model = details.model.clone().filter(|it| it != "<synthetic>");
    }
    Kept { external_id, role, blocks, parent, prompt, beside, message: details }
}

fn is_answer(block: &Value) -> bool {
    is_type(block, "tool_result")
}

/// Gives tool results without content what the program noted beside the message.
fn complete(content: &mut Value, result: Value) {
    let bare = |it: &&mut Value| is_answer(it) && it.get("content").is_none_or(Value::is_null);
    let mut blocks = content.as_array_mut().into_iter().flatten().filter(bare);
    if let Some(block) = blocks.next().and_then(Value::as_object_mut) {
        let text = result.is_string() || result.is_array();
        let said = if text { result } else { Value::from(driftline_core::value::text(&result)) };
        block.insert("content".into(), said);
    }
}

/// A record that is no message: kept as it is, without its envelope.
fn other_record(
    record: &Record,
    mut fields: Object,
    external_id: Option<String>,
    parent: Option<String>,
) -> Kept {
    let system = record.kind == "system";
    let role = if system { Role::System } else { Role::Other };
    for field in ENVELOPE {
        fields.remove(*field);
    }
    let subtype = fields.get("subtype").and_then(Value::as_str).map(str::to_owned);
    let mut blocks = Vec::new();
    if subtype.as_deref() == Some("compact_boundary") {
        let tokens = fields.get("compactMetadata").and_then(|it| it.get("preTokens")).cloned();
        let said = fields.remove("content").filter(Value::is_string);
        blocks.push(block::notice("compaction", json!({ "tokens": tokens, "text": said })));
    } else {
        let said = fields.remove("content");
        match said {
            Some(Value::String(said)) => blocks.push(block::text(said)),
            Some(other) => _ = fields.insert("content".into(), other),
            None => (),
        }
        let kind = subtype.unwrap_or_else(|| record.kind.clone());
        blocks.push(block::other(&kind, Value::Object(fields)));
    }
    let message = Message::default();
    Kept { external_id, role, blocks, parent, prompt: None, beside: Vec::new(), message }
}
