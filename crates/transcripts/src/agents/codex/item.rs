//! What the model saw and said, item by item.

use driftline_core::Value;
use driftline_messages::block;

use super::call;
use crate::{Kept, Name, Object, Rank, Record, Role, fields::text, prose};

/// How texts begin that the program sends in the person's name. They tell where an item
/// does not say itself who wrote it.
const INJECTED: &[&str] = &[
    "<environment_context>",
    "<user_instructions>",
    "<INSTRUCTIONS>",
    "<permissions instructions>",
    "<subagent_notification>",
    "<turn_aborted>",
    "<skill>",
    "<model_switch>",
    "<collaboration_mode>",
    "<hook_prompt",
    "<user_shell_command>",
    "<user_action>",
    "<recommended_plugins>",
    "<realtime_conversation>",
    "<heartbeat>",
    "# AGENTS.md instructions",
];

/// What an item says. In a sub-agent's file nobody but the agent that started it gives
/// prompts.
pub(super) fn record(mut item: Object, of_agent: bool) -> Record {
    // The oldest items of a message have a role and no type.
    let kind = text(&mut item, "type").unwrap_or_else(|| "message".into());
    let id = text(&mut item, "id");
    let mut record = Record { kind, ..Record::default() };
    let said = match record.kind.as_str() {
        "message" => message(&mut item, of_agent),
        "agent_message" => task(&mut item, of_agent),
        "reasoning" => thought(&mut item),
        "function_call" | "custom_tool_call" | "local_shell_call" | "web_search_call" => {
            Some(Said::of(Role::Assistant, vec![call::call(&record.kind, &mut item)]))
        }
        "function_call_output" | "custom_tool_call_output" => {
            Some(Said::of(Role::Tool, vec![call::output(&mut item)]))
        }
        // The tools on offer, and an echo of the record `compacted`.
        "additional_tools" | "compaction" | "compaction_summary" | "ghost_snapshot" => None,
        kind => {
            let value = Value::Object(std::mem::take(&mut item));
            Some(Said::of(Role::Other, vec![block::other(kind, value)]))
        }
    };
    let Some(Said { role, blocks, prompt }) = said else { return record };
    if role == Role::User {
        let rank = if of_agent { Rank::Task } else { Rank::Prompt };
        record.name = prose::headline(&blocks).map(|text| Name { rank, text, leaf: None });
    }
    record.kept = Some(Box::new(Kept { external_id: id, prompt, ..Kept::of(role, blocks) }));
    record
}

struct Said {
    role: Role,
    blocks: Vec<Value>,
    prompt: Option<bool>,
}

impl Said {
    fn of(role: Role, blocks: Vec<Value>) -> Self {
        Self { role, blocks, prompt: None }
    }
}

fn message(item: &mut Object, of_agent: bool) -> Option<Said> {
    let role = text(item, "role");
    let blocks = content(item.remove("content").unwrap_or_default());
    match role.as_deref() {
        Some("assistant") => Some(Said::of(Role::Assistant, blocks)),
        Some("user") => {
            let of_person = of_person(item).unwrap_or_else(|| {
                let first = blocks.iter().find_map(|it| it.get("text")?.as_str());
                let first = first.unwrap_or_default().trim_start();
                !INJECTED.iter().any(|it| first.starts_with(it))
            });
            if !of_person {
                return Some(Said { role: Role::Meta, blocks, prompt: Some(false) });
            }
            let prompt = if of_agent { None } else { Some(true) };
            Some(Said { role: Role::User, blocks, prompt })
        }
        // What the program tells the model about itself.
        _ => None,
    }
}

/// Whether a person wrote a part of an item. None: it does not say who wrote any.
fn of_person(item: &Object) -> Option<bool> {
    let known = item.get("internal_chat_message_metadata_passthrough")?;
    let parts = known.get("content_item_metadata")?.as_array()?;
    let writer = |it: &Value| Some(it.get("provenance")?.get("type")?.as_str()? == "user");
    let mut writers = parts.iter().filter_map(writer).peekable();
    writers.peek()?;
    Some(writers.any(|it| it))
}

/// What one agent tells another: the task of this one, or what a sub-agent found.
fn task(item: &mut Object, of_agent: bool) -> Option<Said> {
    let Some(Value::Array(parts)) = item.remove("content") else { return None };
    let mut texts = Vec::new();
    for part in parts {
        let Value::Object(mut part) = part else { continue };
        let told = text(&mut part, "text").map(|it| match it.split_once("Payload:\n") {
            Some((_, payload)) => payload.to_owned(),
            None => it,
        });
        texts.extend(told.or_else(|| text(&mut part, "encrypted_content")));
    }
    let said = texts.concat();
    let blocks = if said.is_empty() { Vec::new() } else { vec![block::text(said)] };
    let role = if of_agent { Role::User } else { Role::Meta };
    Some(Said { role, blocks, prompt: if of_agent { None } else { Some(false) } })
}

fn thought(item: &mut Object) -> Option<Said> {
    let mut texts = Vec::new();
    for field in ["summary", "content"] {
        let Some(Value::Array(parts)) = item.remove(field) else { continue };
        for part in parts {
            let Value::Object(mut part) = part else { continue };
            texts.extend(text(&mut part, "text"));
        }
    }
    let blocks = match texts.is_empty() {
        true => vec![block::sealed()],
        false => vec![block::thinking(texts.join("\n\n"))],
    };
    Some(Said::of(Role::Assistant, blocks))
}

/// The blocks of a message, or of a tool's output.
pub(super) fn content(value: Value) -> Vec<Value> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) => vec![block::text(text)],
        Value::Array(parts) => parts.into_iter().map(part).collect(),
        other => vec![block::other("content", other)],
    }
}

fn part(value: Value) -> Value {
    let mut part = match value {
        Value::Object(part) => part,
        Value::String(text) => return block::text(text),
        other => return block::other("content", other),
    };
    let kind = text(&mut part, "type").unwrap_or_default();
    match kind.as_str() {
        "input_text" | "output_text" | "text" | "summary_text" => {
            block::text(text(&mut part, "text").unwrap_or_default())
        }
        "input_image" => image(&text(&mut part, "image_url").unwrap_or_default()),
        _ => block::other(&kind, Value::Object(part)),
    }
}

/// An image in an address of its own: `data:image/png;base64,…`.
fn image(url: &str) -> Value {
    let inside = url.strip_prefix("data:").and_then(|it| it.split_once(";base64,"));
    let (media_type, data) = inside.unwrap_or_default();
    block::image(media_type, data)
}
