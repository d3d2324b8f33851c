//! What the model said: blocks as Anthropic's interface has them, and thoughts in the shapes
//! of other interfaces, beside them or around them.

use driftline_core::Value;
use driftline_messages::block;

use crate::{
    Object, anthropic,
    fields::{is_type, object, text},
};

/// The call by which a model says that it is done, with its answer in it.
const DONE: &str = "attempt_completion";

/// The neutral blocks of a message with this content, and with what else is known of it.
pub(super) fn blocks(content: Value, mut message: Object) -> Vec<Value> {
    let mut all = Vec::new();
    all.extend(text(&mut message, "reasoning_content").map(block::thinking));
    if let Some(Value::Array(details)) = message.remove("reasoning_details") {
        all.extend(details.into_iter().map(thought));
    }
    // Thoughts once stood in messages of their own.
    if message.contains_key("encrypted_content") || message.contains_key("summary") {
        all.push(thought(Value::Object(message)));
    }
    let parts = match content {
        Value::Null => Vec::new(),
        Value::Array(parts) => parts,
        one => vec![one],
    };
    for mut part in parts {
        if is_type(&part, "reasoning") {
            all.push(thought(part));
        } else if part.get("name").is_some_and(|it| it == DONE) {
            let input = part.get_mut("input").and_then(Value::as_object_mut);
            all.extend(input.and_then(|it| text(it, "result")).map(block::text));
            all.extend(anthropic::blocks(part));
        } else if !is_type(&part, "thoughtSignature") {
            all.extend(anthropic::blocks(part));
        }
    }
    all
}

/// A thought: `text`, or a summary of it, or what only its maker can read.
fn thought(part: Value) -> Value {
    let Value::Object(mut part) = part else { return block::sealed() };
    let mut said = text(&mut part, "text").unwrap_or_default();
    let summary = match part.remove("summary") {
        Some(Value::String(summary)) => vec![summary],
        Some(Value::Array(parts)) => parts.into_iter().filter_map(line).collect(),
        _ => Vec::new(),
    };
    if said.is_empty() {
        said = summary.join("\n");
    }
    if said.is_empty() { block::sealed() } else { block::thinking(said) }
}

fn line(part: Value) -> Option<String> {
    match part {
        Value::String(said) => Some(said),
        Value::Object(mut part) => {
            text(&mut part, "text").or_else(|| text(&mut object(&mut part, "summary")?, "text"))
        }
        _ => None,
    }
}
