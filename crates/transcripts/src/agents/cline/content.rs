//! What a message says: blocks as Anthropic's interface has them, with answers of tools and
//! prompts in shapes of Cline's own.

use driftline_core::Value;
use driftline_messages::block;

use crate::{
    anthropic,
    fields::{is_type, text},
};

/// What a message says, by who says it.
#[derive(Default)]
pub(super) struct Said {
    pub(super) own: Vec<Value>,
    /// What the program added to a prompt.
    pub(super) added: Vec<Value>,
    /// What tools answered.
    pub(super) answers: Vec<Value>,
}

impl Said {
    pub(super) fn of(content: Value) -> Self {
        let blocks = match content {
            Value::Null => Vec::new(),
            Value::Array(blocks) => blocks,
            one => vec![one],
        };
        let is_typed =
            |it: &Value| it.get("text").and_then(Value::as_str).and_then(typed).is_some();
        let mut all = Self::default();
        let has_typed = blocks.iter().any(is_typed);
        for it in blocks {
            if is_type(&it, "tool_result") {
                all.answers.push(answer(it));
                continue;
            }
            let said = it.get("text").and_then(Value::as_str);
            let behind = said.and_then(typed).map(|it| it.1.trim()).filter(|it| !it.is_empty());
            let added = behind.map(block::text);
            // Beside what the person typed, the program says the rest.
            let by_program = has_typed && said.is_some_and(|it| typed(it).is_none());
            let side = if by_program { &mut all.added } else { &mut all.own };
            side.extend(anthropic::blocks(Value::Array(vec![it])));
            all.added.extend(added);
        }
        all
    }
}

/// What a person typed, and what stands behind it: `<user_input mode="act">…</user_input>`.
pub(super) fn typed(text: &str) -> Option<(&str, &str)> {
    let rest = text.trim_start().strip_prefix("<user_input")?;
    let (attributes, rest) = rest.split_once('>')?;
    if !attributes.is_empty() && !attributes.starts_with(' ') {
        return None;
    }
    // What they typed may hold the same tag.
    rest.rsplit_once("</user_input>")
}

/// The block of an answer. What a tool found is a list of `{query, result, success}`, or one
/// of them as a text.
fn answer(mut block: Value) -> Value {
    let Some(fields) = block.as_object_mut() else { return block };
    let content = fields.remove("content").unwrap_or_default();
    let found = Found::of(content);
    fields.insert("content".into(), found.output);
    if found.failed {
        fields.insert("is_error".into(), true.into());
    }
    let mut blocks = anthropic::blocks(Value::Array(vec![block]));
    let mut block = blocks.pop().unwrap_or_default();
    if let (Some(exit), Some(block)) = (found.exit, block.as_object_mut()) {
        block.insert("exit".into(), exit.into());
    }
    block
}

struct Found {
    output: Value,
    failed: bool,
    exit: Option<i64>,
}

impl Found {
    fn of(content: Value) -> Self {
        let parsed = content.as_str().filter(|it| it.starts_with('{'));
        let parsed = parsed.and_then(|it| serde_json::from_str::<Value>(it).ok());
        let parts = match (parsed, content) {
            (Some(one), content) if !is_part(&one) => return Self::plain(content),
            (Some(one), _) => vec![one],
            (None, Value::Array(parts)) if parts.iter().all(is_part) => parts,
            (None, content) => return Self::plain(content),
        };
        let several = parts.len() > 1;
        let (mut said, mut failed, mut exit) = (Vec::new(), false, None);
        for part in parts {
            let Value::Object(mut part) = part else { continue };
            failed |= part.get("success") == Some(&Value::Bool(false));
            let query = text(&mut part, "query").filter(|_| several);
            let error = text(&mut part, "error");
            let result = text(&mut part, "result").or_else(|| text(&mut part, "text")).or(error);
            exit = exit.or_else(|| exit_of(result.as_deref()?));
            said.extend(query.into_iter().chain(result));
        }
        Self { output: said.join("\n").into(), failed, exit }
    }

    fn plain(output: Value) -> Self {
        Self { output, failed: false, exit: None }
    }
}

/// Whether a value is what a tool, or a sub-agent, found.
fn is_part(value: &Value) -> bool {
    let says = |field: &str| value.get(field).is_some_and(Value::is_string);
    says("query") && says("result") || says("text") && says("finishReason")
}

/// The code that a command ended with, as its output tells it.
fn exit_of(said: &str) -> Option<i64> {
    let rest = said.strip_prefix("[Command exited with code ")?;
    rest.split_once(']')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_person_typed_is_taken_out() {
        assert_eq!(typed("<user_input mode=\"act\">Hi</user_input>"), Some(("Hi", "")));
        assert_eq!(typed("<user_input>a</user_input> b"), Some(("a", " b")));
        for text in ["Hi", "<user_inputs>x</user_input>", "<user_input>cut", "<user_input"] {
            assert_eq!(typed(text), None, "{text}");
        }
    }

    #[test]
    fn answers_of_any_shape_are_read() {
        let read = |content: Value| {
            let found = Found::of(content);
            (found.output, found.failed, found.exit)
        };
        let part = |query: &str, result: &str, success: bool| json!({"query": query, "result": result, "success": success});
        assert_eq!(read(json!([part("a", "A", true)])), (json!("A"), false, None));
        let two = json!([part("a", "A", true), part("b", "B", false)]);
        assert_eq!(read(two), (json!("a\nA\nb\nB"), true, None));
        let one = part("x", "[Command exited with code 3]\nno", false).to_string();
        assert_eq!(read(one.into()), (json!("[Command exited with code 3]\nno"), true, Some(3)));
        let report = json!({"text": "Found.", "finishReason": "completed"}).to_string();
        assert_eq!(read(report.into()), (json!("Found."), false, None));
        for same in [json!("text"), json!("{\"a\":1}"), json!("{"), json!([7]), json!(null)] {
            assert_eq!(read(same.clone()), (same, false, None));
        }
    }
}
