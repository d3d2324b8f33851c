//! Messages as Zed kept them until autumn 2025: with a role, and with what they called and
//! what was answered beside what they said.

use driftline_core::Value;
use driftline_messages::block;

use super::{content, thread::Said};
use crate::{
    Object, Record, Role,
    fields::{is, is_type, text},
};

pub(super) fn records(said: &mut Said, mut message: Object, raw: &str) -> Vec<Record> {
    let number = message.get("id").and_then(Value::as_u64).unwrap_or_default();
    let name = format!("m{number}");
    let list = |message: &mut Object, field: &str| match message.remove(field) {
        Some(Value::Array(all)) => all,
        _ => Vec::new(),
    };
    let mut blocks: Vec<_> =
        list(&mut message, "segments").into_iter().filter_map(|it| segment(&it)).collect();
    blocks.extend(text(&mut message, "text").map(block::text));
    let calls = list(&mut message, "tool_uses").into_iter();
    blocks.extend(calls.filter_map(|it| match it {
        Value::Object(it) => Some(content::call(it)),
        _ => None,
    }));
    let answers: Vec<_> =
        list(&mut message, "tool_results").into_iter().filter_map(answer).collect();
    let role = match message.get("role").and_then(Value::as_str) {
        // What stands beside answers, and what is hidden, the program says.
        Some("user") if is(&message, "is_hidden") || !answers.is_empty() => Role::Meta,
        Some("user") => Role::User,
        Some("assistant") => Role::Assistant,
        // What the model is told of itself.
        _ => return Vec::new(),
    };
    let own = said.row(name.clone(), role, blocks, raw);
    let tool = said.row(format!("{name}:result"), Role::Tool, answers, raw);
    own.into_iter().chain(tool).collect()
}

fn segment(segment: &Value) -> Option<Value> {
    let kind = |name: &str| is_type(segment, name);
    if kind("RedactedThinking") {
        return Some(block::sealed());
    }
    let said = segment.get("text").and_then(Value::as_str).filter(|it| !it.is_empty())?;
    Some(if kind("thinking") { block::thinking(said) } else { block::text(said) })
}

fn answer(result: Value) -> Option<Value> {
    let Value::Object(mut result) = result else { return None };
    let id = text(&mut result, "tool_use_id").unwrap_or_default();
    Some(content::result(&id, result))
}
