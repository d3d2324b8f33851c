//! One event of Copilot CLI: what it says, and whether it says anything.

use driftline_core::Value;
use driftline_messages::{Usage, block};
use serde_json::json;

use crate::{
    Kept, Message, Name, Object, Rank, Record, Role,
    fields::{count, is, object, text},
    prose::{headline, title},
    tool::{hint, verb},
};

/// Kinds that say nothing a person would look for: the program's own bookkeeping, its
/// instructions, and what another event says again.
const NOISE: &[&str] = &[
    "assistant.reasoning",
    "external_tool.requested",
    "session.auto_mode_resolved",
    "session.autopilot_objective_changed",
    "session.compaction_start",
    "session.completion_receipt",
    "session.context_changed",
    "session.mode_notice_delivered",
    "session.model_change",
    "session.model_deselected",
    "session.permission_recovery",
    "session.permissions_changed",
    "session.plan_changed",
    "session.remote_steerable_changed",
    "session.request_body_compression_disabled",
    "session.resume",
    "session.session_limits_changed",
    "session.shutdown",
    "session.start",
    "session.truncation",
    "session.usage_checkpoint",
    "session.usage_info",
    "session.workspace_file_changed",
    "skill.invoked_ref",
    "subagent.completed",
    "subagent.configured",
    "subagent.deselected",
    "subagent.selected",
    "subagent.started",
    "system.message",
    "tool.execution_start",
    "tool_search.activated",
];

/// How the names of whole families of such kinds begin.
const NOISE_BELOW: &[&str] = &[
    "assistant.fusion_",
    "assistant.turn_",
    "hook.",
    "mcp.",
    "model.",
    "permission.",
    "session.canvas.",
    "session.fusion_",
    "session.schedule_",
    "skill.context_",
];

/// What an event becomes, if it becomes a row.
pub(super) fn kept(record: &mut Record, mut data: Object) -> Option<Kept> {
    let kept = match record.kind.as_str() {
        "user.message" => user(record, data),
        "assistant.message" => assistant(data),
        "tool.execution_complete" => of(Role::Tool, vec![answer(data)]),
        "tool.user_requested" => {
            let block = call(&mut data, "toolName");
            Kept { prompt: Some(false), ..of(Role::Meta, vec![block]) }
        }
        "system.notification" => {
            let said = text(&mut data, "content").map(block::text);
            Kept { prompt: Some(false), ..of(Role::Meta, Vec::from_iter(said)) }
        }
        "session.usage_record" => tokens(Role::System, Vec::new(), data.get("usage")),
        "session.compaction_complete" => compaction(data),
        "session.info" => match text(&mut data, "infoType") {
            Some(it) if it == "fork" => noted("fork", fork(record, &mut data)),
            _ => noted("info", take(&mut data, "message")),
        },
        "session.warning" => noted("warning", take(&mut data, "message")),
        "session.error" => noted("error", take(&mut data, "message")),
        "abort" => noted("interrupted", take(&mut data, "reason")),
        "session.mode_changed" => noted("mode", take(&mut data, "newMode")),
        "session.context_cleared" => noted("cleared", take(&mut data, "initialMessage")),
        "session.task_complete" => noted("done", take(&mut data, "summary")),
        "session.handoff" => noted("handoff", data.into()),
        "skill.invoked" => noted("skill", take(&mut data, "name")),
        "subagent.failed" => noted("error", take(&mut data, "error")),
        "session.binary_asset" => of(Role::System, vec![file("binary_asset", data)]),
        kind if is_noise(kind) => return None,
        kind => of(Role::Other, vec![block::other(kind, data.into())]),
    };
    Some(kept)
}

fn is_noise(kind: &str) -> bool {
    NOISE.contains(&kind) || NOISE_BELOW.iter().any(|it| kind.starts_with(it))
}

fn of(role: Role, blocks: Vec<Value>) -> Kept {
    Kept {
        external_id: None,
        role,
        blocks,
        parent: None,
        prompt: None,
        beside: Vec::new(),
        message: Message::default(),
    }
}

fn noted(kind: &str, details: Value) -> Kept {
    of(Role::System, vec![block::notice(kind, details)])
}

/// What somebody tells the agent: the person, the agent above it, or the program.
fn user(record: &mut Record, mut data: Object) -> Kept {
    let mut blocks = Vec::from_iter(text(&mut data, "content").map(block::text));
    if let Value::Array(attached) = take(&mut data, "attachments") {
        blocks.extend(attached.into_iter().map(attachment));
    }
    let source = text(&mut data, "source");
    let (rank, prompt) = match source.as_deref() {
        _ if record.agent.is_some() => (Rank::Task, None),
        // A command of the person's, as the program words it: it may be either's.
        Some(it) if it.starts_with("command") => (Rank::Prompt, None),
        Some(it) if it != "user" => (Rank::Prompt, Some(false)),
        _ => (Rank::Prompt, Some(!is(&data, "isAutopilotContinuation"))),
    };
    if prompt == Some(false) {
        return Kept { prompt, ..of(Role::Meta, blocks) };
    }
    record.name = headline(&blocks).map(|text| Name { rank, text, leaf: None });
    Kept { prompt, ..of(Role::User, blocks) }
}

fn attachment(value: Value) -> Value {
    match value {
        Value::Object(fields) => file("attachment", fields),
        other => block::other("attachment", other),
    }
}

/// An image, or what else is attached. Bytes are here, or in a record that it names.
fn file(kind: &str, mut fields: Object) -> Value {
    let media_type = fields.get("mimeType").and_then(Value::as_str).unwrap_or_default().to_owned();
    if !media_type.starts_with("image/") {
        return block::other(kind, fields.into());
    }
    block::image(&media_type, text(&mut fields, "data").unwrap_or_default())
}

fn assistant(mut data: Object) -> Kept {
    let mut blocks = Vec::new();
    match text(&mut data, "reasoningText") {
        Some(thought) => blocks.push(block::thinking(thought)),
        None if data.contains_key("reasoningOpaque") || data.contains_key("encryptedContent") => {
            blocks.push(block::sealed());
        }
        None => (),
    }
    blocks.extend(text(&mut data, "content").map(block::text));
    if let Value::Array(calls) = take(&mut data, "toolRequests") {
        blocks.extend(calls.into_iter().map(|it| match it {
            Value::Object(mut it) => call(&mut it, "name"),
            other => block::other("toolRequest", other),
        }));
    }
    let message = Message { model: text(&mut data, "model"), ..Message::default() };
    Kept { message, ..of(Role::Assistant, blocks) }
}

fn call(fields: &mut Object, name: &str) -> Value {
    let [id, name] = ["toolCallId", name].map(|it| text(fields, it).unwrap_or_default());
    let input = take(fields, "arguments");
    block::call(&id, &name, verb(&name), hint(&input), input)
}

/// What a tool answered. To the agent a tool did well that ran a failing program; to a
/// person that is a failure.
fn answer(mut data: Object) -> Value {
    let call = text(&mut data, "toolCallId").unwrap_or_default();
    let exit = data.get("shellExecution").and_then(|it| it.get("exitCode")?.as_i64());
    let failed = data.get("success").and_then(Value::as_bool) == Some(false);
    let mut result = object(&mut data, "result").unwrap_or_default();
    let mut error = object(&mut data, "error").unwrap_or_default();
    let said = text(&mut result, "content").or_else(|| text(&mut error, "message"));
    let mut shown = Vec::new();
    if let Value::Array(files) = take(&mut result, "binaryResultsForLlm") {
        shown.extend(files.into_iter().map(attachment));
    }
    let output = if shown.is_empty() {
        said.map_or(Value::Null, Value::from)
    } else {
        Value::from_iter(said.map(block::text).into_iter().chain(shown))
    };
    let mut block = block::result(&call, output, failed || exit.is_some_and(|it| it != 0));
    if let (Some(exit), Some(block)) = (exit, block.as_object_mut()) {
        block.insert("exit".into(), exit.into());
    }
    block
}

fn compaction(mut data: Object) -> Kept {
    let Some(summary) = text(&mut data, "summaryContent") else {
        return noted("error", take(&mut data, "error"));
    };
    let tokens_before = take(&mut data, "preCompactionTokens");
    let notice = block::notice("compaction", json!({ "tokens": tokens_before }));
    tokens(Role::Summary, vec![notice, block::text(summary)], data.get("compactionTokensUsed"))
}

/// What a request took. What was at hand counts as read, too.
fn tokens(role: Role, blocks: Vec<Value>, usage: Option<&Value>) -> Kept {
    let field = |field: &str| usage.and_then(|it| it.get(field));
    let tokens = |it: &str| field(it).and_then(count).unwrap_or_default();
    let cached = tokens("cacheReadTokens");
    let usage = Usage {
        input: tokens("inputTokens").saturating_sub(cached),
        cached,
        output: tokens("outputTokens"),
        reasoning: tokens("reasoningTokens"),
        cost: None,
    };
    let model = field("model").and_then(Value::as_str).map(str::to_owned);
    Kept { message: Message { model, usage, finished: true }, ..of(role, blocks) }
}

/// Whose fork a session is, and what it is called, which a text alone tells:
/// `Forked from "a name" (SESSION) before event ID as "its name" (its SESSION).`
fn fork(record: &mut Record, data: &mut Object) -> Value {
    let said = text(data, "message").unwrap_or_default();
    let name = said.rsplit_once(" as \"").and_then(|it| it.1.rsplit_once("\" ("));
    record.name =
        name.and_then(|it| title(it.0)).map(|text| Name { rank: Rank::Title, text, leaf: None });
    let named = said.rsplit('(').filter_map(|it| Some(it.split_once(')')?.0));
    let of = named.filter(|it| it.len() == 36 && !it.contains(' ')).nth(1);
    json!({ "of": of, "text": said })
}

fn take(fields: &mut Object, field: &str) -> Value {
    fields.remove(field).unwrap_or_default()
}
