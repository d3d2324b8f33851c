//! The blocks of a message, read without trusting their shape: an agent, a newer
//! program or another device wrote them.

use driftline_core::Value;

/// One block of a message's content.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Block<'a> {
    /// Prose.
    Text(&'a str),
    /// What the agent thought.
    Thinking(&'a str),
    /// Thoughts that the agent's maker keeps to itself.
    Sealed,
    /// A tool that the agent called.
    Call { id: &'a str, name: &'a str, input: &'a Value },
    /// What a tool answered.
    Result { call: &'a str, failed: bool, content: &'a Value },
    /// An image.
    Image(&'a Value),
    /// Something else.
    Other { kind: &'a str, value: &'a Value },
}

/// The blocks in the content of a message.
pub(super) fn blocks(content: Option<&Value>) -> impl Iterator<Item = Block<'_>> {
    let (many, one) = match content {
        Some(Value::Array(blocks)) => (Some(blocks), None),
        None | Some(Value::Null) => (None, None),
        other => (None, other),
    };
    many.into_iter().flatten().chain(one).map(block)
}

fn block(value: &Value) -> Block<'_> {
    if let Value::String(text) = value {
        return Block::Text(text);
    }
    let text = |field: &str| value.get(field).and_then(Value::as_str);
    let kind = text("type").unwrap_or("no type");
    let known = match kind {
        "text" => text("text").map(Block::Text),
        "thinking" => text("thinking").map(Block::Thinking),
        "redacted_thinking" => Some(Block::Sealed),
        "tool_use" => text("name").map(|name| Block::Call {
            id: text("id").unwrap_or_default(),
            name,
            input: value.get("input").unwrap_or(&Value::Null),
        }),
        "tool_result" => Some(Block::Result {
            call: text("tool_use_id").unwrap_or_default(),
            failed: value.get("is_error").and_then(Value::as_bool) == Some(true),
            content: match value.get("content") {
                None | Some(Value::Null) => value.get("toolUseResult").unwrap_or(&Value::Null),
                Some(content) => content,
            },
        }),
        "image" => Some(Block::Image(value)),
        _ => None,
    };
    known.unwrap_or(Block::Other { kind, value })
}

/// What the tools' answers in the content of a message say, as plain text.
pub(super) fn answers(content: Option<&Value>) -> Vec<String> {
    let answer = |it| match it {
        Block::Result { content, .. } => Some(plain(content)),
        _ => None,
    };
    blocks(content).filter_map(answer).collect()
}

/// All that the content of a message says, as plain text.
pub(super) fn texts(content: Option<&Value>) -> String {
    let whole = |it| match it {
        Block::Result { content, .. } => plain(content),
        other => text(other),
    };
    blocks(content).map(whole).collect::<Vec<_>>().join("\n\n")
}

/// The text of a tool's answer.
fn plain(content: &Value) -> String {
    blocks(Some(content)).map(text).collect::<Vec<_>>().join("\n")
}

fn text(block: Block<'_>) -> String {
    let json = |it: &Value| serde_json::to_string_pretty(it).unwrap_or_default();
    match block {
        Block::Text(text) | Block::Thinking(text) => text.to_owned(),
        Block::Image(_) => "[image]".to_owned(),
        Block::Call { name, input, .. } => format!("{name}\n{}", json(input)),
        Block::Result { content: Value::String(said), .. } => said.clone(),
        Block::Result { content, .. } => json(content),
        Block::Other { value, .. } => json(value),
        Block::Sealed => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn blocks_of_any_shape_are_read() {
        let content = json!([
            "plain", {"type": "text", "text": "prose"}, {"type": "text"}, 7, null,
            {"type": "tool_use", "id": "a", "name": "Bash", "input": {"command": "ls"}},
            {"type": "tool_result", "tool_use_id": "a", "is_error": true, "content": "no"},
            {"type": "tool_result", "toolUseResult": "noted beside"},
        ]);
        let read: Vec<_> = blocks(Some(&content)).collect();
        assert_eq!(read[0], Block::Text("plain"));
        assert_eq!(read[1], Block::Text("prose"));
        assert!(matches!(read[2], Block::Other { kind: "text", .. }));
        assert!(matches!(read[3], Block::Other { kind: "no type", .. }));
        assert!(matches!(read[5], Block::Call { id: "a", name: "Bash", .. }));
        assert!(matches!(read[6], Block::Result { call: "a", failed: true, .. }));
        let beside = json!("noted beside");
        assert_eq!(read[7], Block::Result { call: "", failed: false, content: &beside });
        assert_eq!(read.len(), 8);
        assert_eq!(blocks(Some(&json!("text"))).next(), Some(Block::Text("text")));
        assert_eq!(blocks(Some(&Value::Null)).count() + blocks(None).count(), 0);
    }
}
