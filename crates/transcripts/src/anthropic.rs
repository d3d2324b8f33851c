//! Content as the messages of Anthropic's interface have it, which several agents keep.

use driftline_core::Value;
use driftline_messages::{Usage, block};

use crate::{
    fields::count,
    tool::{hint, verb},
};

/// The neutral blocks of some content: one for each of its own.
pub(crate) fn blocks(content: Value) -> Vec<Value> {
    match content {
        Value::Null => Vec::new(),
        Value::Array(blocks) => blocks.into_iter().map(one).collect(),
        other => vec![one(other)],
    }
}

fn one(mut value: Value) -> Value {
    if let Value::String(text) = value {
        return block::text(text);
    }
    let kind = value.get("type").and_then(Value::as_str).unwrap_or("no type").to_owned();
    let known = match kind.as_str() {
        "text" => text(&mut value, "text").map(block::text),
        "thinking" => text(&mut value, "thinking").map(block::thinking),
        "redacted_thinking" => Some(block::sealed()),
        "tool_use" => {
            let [id, name] = ["id", "name"].map(|it| text(&mut value, it).unwrap_or_default());
            let input = take(&mut value, "input");
            Some(block::call(&id, &name, verb(&name), hint(&input), input))
        }
        "tool_result" => Some(result(&mut value)),
        "image" => Some(image(&mut value)),
        _ => None,
    };
    known.unwrap_or_else(|| block::other(&kind, value))
}

fn result(value: &mut Value) -> Value {
    let failed = value.get("is_error").and_then(Value::as_bool) == Some(true);
    let call = text(value, "tool_use_id").unwrap_or_default();
    let output = match take(value, "content") {
        text @ (Value::String(_) | Value::Null) => text,
        other => blocks(other).into(),
    };
    block::result(&call, output, failed)
}

fn image(value: &mut Value) -> Value {
    let mut source = take(value, "source");
    let media_type = text(&mut source, "media_type").unwrap_or_default();
    block::image(&media_type, text(&mut source, "data").unwrap_or_default())
}

/// The tokens of an answer.
pub(crate) fn usage(value: &Value) -> Usage {
    let tokens = |field: &str| value.get(field).and_then(count).unwrap_or_default();
    Usage {
        input: tokens("input_tokens").saturating_add(tokens("cache_creation_input_tokens")),
        cached: tokens("cache_read_input_tokens"),
        output: tokens("output_tokens"),
        ..Usage::default()
    }
}

fn take(value: &mut Value, field: &str) -> Value {
    value.get_mut(field).map(Value::take).unwrap_or_default()
}

/// Takes a text, and leaves what is none.
fn text(value: &mut Value, field: &str) -> Option<String> {
    match value.get_mut(field)? {
        Value::String(text) => Some(std::mem::take(text)),
        _ => None,
    }
}
