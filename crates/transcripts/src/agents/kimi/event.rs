//! One record of Kimi Code: what it says, and whether it says anything.

use driftline_core::Value;
use driftline_messages::{Usage, block};
use serde_json::json;

use crate::{
    Kept, Message, Name, Object, Rank, Record, Role,
    fields::{count, is, object, text},
    prose::headline,
    tool::{hint, verb},
};

/// Kinds that say nothing a person would look for: the program's own bookkeeping, its
/// instructions, and what another record says again.
const NOISE: &[&str] = &[
    "context.undone",
    "interruptionReminder.recorded",
    "runtime.set_binding",
    "subagent.cancelled",
    "subagent.completed",
    "subagent.spawned",
    "subagent.started",
    "subagent.suspended",
    "turn.ended",
    "turn.prompt",
    "turn.steer",
    "turn.step.retrying",
];

/// How the names of whole families of such kinds begin.
const NOISE_BELOW: &[&str] = &[
    "agent.",
    "cron.",
    "file_history.",
    "full_compaction.",
    "goal.",
    "interaction.",
    "llm.",
    "mcp.",
    "permission.",
    "plan.",
    "plan_mode.",
    "plugin.",
    "prompt.",
    "swarm_mode.",
    "task.",
    "token_counting.",
    "tools.",
    "tower_mode.",
];

/// What the program tells the model with every turn.
const REMINDERS: &[&str] = &["date_change", "permission_mode"];

/// What a record becomes, if it becomes a row.
pub(super) fn kept(record: &mut Record, mut line: Object) -> Option<Kept> {
    let kept = match record.kind.as_str() {
        "context.append_message" => message(record, object(&mut line, "message")?)?,
        "context.append_loop_event" => piece(object(&mut line, "event")?)?,
        "context.apply_compaction" => compaction(line),
        "context.undo" => noted("undo", take(&mut line, "count")),
        "context.clear" => noted("cleared", Value::Null),
        "usage.record" => tokens(line),
        "turn.cancel" | "turn.step.interrupted" => noted("interrupted", take(&mut line, "reason")),
        "subagent.failed" => noted("error", take(&mut line, "error")),
        // Every agent's file has it; the session's own says it for all.
        "forked" if record.agent.is_some() => return None,
        "forked" => noted("fork", Value::Null),
        kind if is_noise(kind) => return None,
        kind => of(Role::Other, vec![block::other(kind, line.into())]),
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

/// A whole message: what the person said, or the program in their name. Answers come in
/// pieces, but for those of older programs.
fn message(record: &mut Record, mut message: Object) -> Option<Kept> {
    let mut blocks = parts(take(&mut message, "content"));
    let external_id = text(&mut message, "id");
    let kept = match text(&mut message, "role").as_deref() {
        Some("assistant") => {
            if let Value::Array(calls) = take(&mut message, "toolCalls") {
                blocks.extend(calls.into_iter().map(|it| match it {
                    Value::Object(mut it) => call(&mut it, "id", "arguments"),
                    other => block::other("toolCall", other),
                }));
            }
            of(Role::Assistant, blocks)
        }
        Some("tool") => {
            let call = text(&mut message, "toolCallId").unwrap_or_default();
            let failed = is(&message, "isError");
            of(Role::Tool, vec![block::result(&call, blocks.into(), failed)])
        }
        _ => {
            let origin = object(&mut message, "origin").unwrap_or_default();
            told(record, blocks, &origin)?
        }
    };
    Some(Kept { external_id, ..kept })
}

/// What is told to an agent, by whom `origin` says.
fn told(record: &mut Record, blocks: Vec<Value>, origin: &Object) -> Option<Kept> {
    let word = |field: &str| origin.get(field).and_then(Value::as_str);
    let (rank, prompt) = match (word("kind"), word("variant"), word("name")) {
        (Some("injection"), Some(it), _) if REMINDERS.contains(&it) => return None,
        (Some("compaction_summary"), ..) => return Some(of(Role::Summary, blocks)),
        (Some("system_trigger"), _, Some("subagent")) => (Rank::Task, None),
        (None | Some("user"), ..) if record.agent.is_some() => (Rank::Task, None),
        (None | Some("user"), ..) => (Rank::Prompt, Some(true)),
        // What the person typed is a part of the text, or makes it.
        (Some("shell_command"), ..) => (Rank::Prompt, None),
        (Some("skill_activation" | "plugin_command"), ..)
            if word("trigger") == Some("user-slash") =>
        {
            (Rank::Prompt, None)
        }
        _ => return Some(Kept { prompt: Some(false), ..of(Role::Meta, blocks) }),
    };
    record.name = headline(&blocks).map(|text| Name { rank, text, leaf: None });
    Some(Kept { prompt, ..of(Role::User, blocks) })
}

/// A piece of an answer, or what a tool answered.
fn piece(mut event: Object) -> Option<Kept> {
    let kind = text(&mut event, "type").unwrap_or_default();
    let external_id = text(&mut event, "uuid");
    let kept = match kind.as_str() {
        "content.part" => of(Role::Assistant, vec![part(take(&mut event, "part"))]),
        "tool.call" => of(Role::Assistant, vec![call(&mut event, "toolCallId", "args")]),
        "tool.result" => return Some(answer(event)),
        "step.end" => match text(&mut event, "finishReason").as_deref() {
            Some(why @ ("interrupted" | "error")) => noted(why, Value::Null),
            _ => return None,
        },
        "step.begin" => return None,
        kind => of(Role::Other, vec![block::other(kind, event.into())]),
    };
    Some(Kept { external_id, ..kept })
}

fn call(fields: &mut Object, id: &str, input: &str) -> Value {
    let [id, name] = [id, "name"].map(|it| text(fields, it).unwrap_or_default());
    let input = match take(fields, input) {
        Value::String(json) => serde_json::from_str(&json).unwrap_or(Value::String(json)),
        input => input,
    };
    block::call(&id, &name, verb(&name), hint(&input), input)
}

/// What a tool answered. It has no name but that of the call.
fn answer(mut event: Object) -> Kept {
    let parent = text(&mut event, "parentUuid");
    let call = text(&mut event, "toolCallId").unwrap_or_default();
    let mut result = object(&mut event, "result").unwrap_or_default();
    let output = match take(&mut result, "output") {
        said @ (Value::String(_) | Value::Null) => said,
        output => parts(output).into(),
    };
    let mut block = block::result(&call, output, is(&result, "isError"));
    let took = result.get("durationMs").and_then(count);
    if let (Some(took), Some(block)) = (took, block.as_object_mut()) {
        block.insert("took".into(), took.into());
    }
    let external_id = parent.as_ref().map(|it| format!("{it}:result"));
    Kept { external_id, parent, ..of(Role::Tool, vec![block]) }
}

fn parts(content: Value) -> Vec<Value> {
    match content {
        Value::Null => Vec::new(),
        Value::Array(parts) => parts.into_iter().map(part).collect(),
        other => vec![part(other)],
    }
}

fn part(value: Value) -> Value {
    let mut fields = match value {
        Value::Object(fields) => fields,
        Value::String(said) => return block::text(said),
        other => return block::other("part", other),
    };
    let kind = fields.get("type").and_then(Value::as_str).unwrap_or("part").to_owned();
    match kind.as_str() {
        "text" => block::text(text(&mut fields, "text").unwrap_or_default()),
        "think" => text(&mut fields, "think").map_or_else(block::sealed, block::thinking),
        "image_url" => {
            let image = fields.get("imageUrl").and_then(|it| image(it.get("url")?.as_str()?));
            image.unwrap_or_else(|| block::other(&kind, fields.into()))
        }
        _ => block::other(&kind, fields.into()),
    }
}

/// An image that stands in its address, or that the program keeps in a file of its own.
fn image(url: &str) -> Option<Value> {
    if let Some(kept) = url.strip_prefix("blobref:") {
        return Some(block::image(kept.split_once(';')?.0, ""));
    }
    let (media_type, data) = url.strip_prefix("data:")?.split_once(";base64,")?;
    Some(block::image(media_type, data))
}

fn compaction(mut line: Object) -> Kept {
    let tokens = take(&mut line, "tokensBefore");
    let said = match take(&mut line, "summary") {
        Value::String(said) => vec![block::text(said)],
        Value::Object(mut message) => parts(take(&mut message, "content")),
        _ => Vec::from_iter(text(&mut line, "contextSummary").map(block::text)),
    };
    let notice = block::notice("compaction", json!({ "tokens": tokens }));
    of(Role::Summary, [notice].into_iter().chain(said).collect())
}

/// What a request took. The model has the name that the person's settings give it.
fn tokens(mut line: Object) -> Kept {
    let usage = object(&mut line, "usage").unwrap_or_default();
    let tokens = |field: &str| usage.get(field).and_then(count).unwrap_or_default();
    let usage = Usage {
        input: tokens("inputOther").saturating_add(tokens("inputCacheCreation")),
        cached: tokens("inputCacheRead"),
        output: tokens("output"),
        ..Usage::default()
    };
    let model = text(&mut line, "model");
    Kept { message: Message { model, usage, finished: true }, ..of(Role::System, Vec::new()) }
}

fn take(fields: &mut Object, field: &str) -> Value {
    fields.remove(field).unwrap_or_default()
}
