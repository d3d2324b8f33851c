//! Blocks as they are written, for readers of transcripts.

use driftline_core::Value;

use super::Verb;

/// What the fields `text` and `blocks` of a message hold that says `blocks`. Every text is
/// in one of them: the only one in `text`, where everybody looks for it.
pub fn stored(mut blocks: Vec<Value>) -> (Option<String>, Option<Value>) {
    let is_text = |it: &Value| it.get("type").and_then(Value::as_str) == Some("text");
    let mut texts = blocks.iter_mut().filter(|it| is_text(it));
    let text = match (texts.next(), texts.next()) {
        (Some(only), None) => only.as_object_mut().and_then(|it| it.remove("text")),
        _ => None,
    };
    let text = text.and_then(|it| it.as_str().map(str::to_owned));
    let nothing_else = blocks.is_empty() || blocks.len() == 1 && text.is_some();
    (text, (!nothing_else).then(|| blocks.into()))
}

/// Prose.
pub fn text(text: impl Into<String>) -> Value {
    object("text", [("text", text.into().into())])
}

/// What the agent thought.
pub fn thinking(text: impl Into<String>) -> Value {
    object("thinking", [("text", text.into().into())])
}

/// What the agent thought and its maker keeps to itself.
pub fn sealed() -> Value {
    object("thinking", [])
}

/// A call of a tool.
pub fn call(id: &str, name: &str, verb: Option<Verb>, hint: String, input: Value) -> Value {
    let verb = verb.map_or(Value::Null, |it| it.name().into());
    let hint = if hint.is_empty() { Value::Null } else { hint.into() };
    let fields = [("id", id.into()), ("name", name.into()), ("verb", verb), ("hint", hint)];
    object("call", fields.into_iter().chain([("input", input)]))
}

/// The answer of a tool: a text or a list of blocks.
pub fn result(call: &str, output: Value, failed: bool) -> Value {
    let failed = if failed { true.into() } else { Value::Null };
    object("result", [("call", call.into()), ("output", output), ("failed", failed)])
}

/// An image; with no `data`, it is known that there was one.
pub fn image(media_type: &str, data: impl Into<String>) -> Value {
    object("image", [("media_type", media_type.into()), ("data", data.into().into())])
}

/// What the program around the agent did.
pub fn notice(kind: &str, details: Value) -> Value {
    object("notice", [("kind", kind.into()), ("details", details)])
}

/// Something else.
pub fn other(kind: &str, value: Value) -> Value {
    object("other", [("kind", kind.into()), ("value", value)])
}

/// A block without the fields that are null.
fn object(kind: &str, fields: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let fields = fields.into_iter().filter(|(_, it)| !it.is_null());
    let fields = fields.chain([("type", kind.into())]);
    Value::Object(fields.map(|(name, it)| (name.to_owned(), it)).collect())
}
