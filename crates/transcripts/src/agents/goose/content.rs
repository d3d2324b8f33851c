//! What a message says, by who says it.

use driftline_core::Value;
use driftline_messages::{Verb, block};
use serde_json::json;

use crate::{
    Object,
    fields::{object, text},
    tool::{hint, verb},
};

/// What a message says, by who says it.
#[derive(Default)]
pub(super) struct Said {
    pub(super) own: Vec<Value>,
    /// What tools answered.
    pub(super) answers: Vec<Value>,
    /// What the program tells the person.
    pub(super) notices: Vec<Value>,
}

impl Said {
    pub(super) fn of(content: Vec<Value>) -> Self {
        let mut all = Self::default();
        for it in content {
            let Value::Object(mut it) = it else {
                all.own.push(block::other("no type", it));
                continue;
            };
            let kind = text(&mut it, "type").unwrap_or_else(|| "no type".into());
            match kind.as_str() {
                "toolResponse" => all.answers.push(answer(it)),
                // Whether the person allowed a call; and, in older versions, that they could.
                "toolConfirmationRequest" | "actionRequired" => (),
                "systemNotification"
                | "conversationCompacted"
                | "contextLengthExceeded"
                | "summarizationRequested" => all.notices.push(notice(&kind, it)),
                _ => all.own.push(own(&kind, it)),
            }
        }
        all
    }
}

fn own(kind: &str, mut it: Object) -> Value {
    let said = |it: &mut Object, field: &str| text(it, field).unwrap_or_default();
    match kind {
        "text" => block::text(said(&mut it, "text")),
        "thinking" => block::thinking(said(&mut it, "thinking")),
        "reasoning" => block::thinking(said(&mut it, "text")),
        "redactedThinking" => block::sealed(),
        "image" => image(&mut it),
        "toolRequest" | "frontendToolRequest" => call(it),
        _ => block::other(kind, Value::Object(it)),
    }
}

fn image(it: &mut Object) -> Value {
    let media_type = text(it, "mimeType").unwrap_or_default();
    block::image(&media_type, text(it, "data").unwrap_or_default())
}

/// A call, or the reason why the model's words were none.
fn call(mut it: Object) -> Value {
    let id = text(&mut it, "id").unwrap_or_default();
    let mut outcome = object(&mut it, "toolCall").unwrap_or_default();
    let mut value = object(&mut outcome, "value").unwrap_or_default();
    let Some(name) = text(&mut value, "name") else {
        return block::other("toolRequest", Value::Object(outcome));
    };
    let input = value.remove("arguments").unwrap_or_default();
    // The tools of an extension are called `developer__shell`.
    let own = name.rsplit("__").next().unwrap_or_default();
    let path = input.get("path").and_then(Value::as_str);
    let (verb, hint) = match (own, path) {
        ("text_editor", Some(path)) => {
            let looks = input.get("command").is_some_and(|it| it == "view");
            (Some(if looks { Verb::Read } else { Verb::Edit }), path.to_owned())
        }
        _ => (verb(own), hint(&input)),
    };
    block::call(&id, &name, verb, hint, input)
}

/// An answer: `{"status":"success","value":..}` or `{"status":"error","error":..}`. The value
/// is an object with a list `content`, and was once that list.
fn answer(mut it: Object) -> Value {
    let id = text(&mut it, "id").unwrap_or_default();
    let mut outcome = object(&mut it, "toolResult").unwrap_or_default();
    if let Some(error) = text(&mut outcome, "error") {
        return block::result(&id, error.into(), true);
    }
    let (content, failed) = match outcome.remove("value").unwrap_or_default() {
        Value::Object(mut value) => {
            let failed = value.get("isError") == Some(&Value::Bool(true));
            (value.remove("content").unwrap_or_default(), failed)
        }
        other => (other, false),
    };
    let Value::Array(parts) = content else { return block::result(&id, content, failed) };
    // Many tools say the same twice, to the model and to the person.
    let to_model = parts.iter().any(|it| !is_for_person(it));
    let parts = parts.into_iter().filter(|it| !to_model || !is_for_person(it));
    let mut blocks: Vec<_> = parts.map(part).collect();
    let output = match blocks.as_mut_slice() {
        [only] if only.get("type").is_some_and(|it| it == "text") => {
            only.get_mut("text").map(Value::take).unwrap_or_default()
        }
        _ => blocks.into(),
    };
    block::result(&id, output, failed)
}

fn is_for_person(part: &Value) -> bool {
    let audience = part.get("annotations").and_then(|it| it.get("audience")?.as_array());
    audience.is_some_and(|it| !it.is_empty() && it.iter().all(|it| it == "user"))
}

fn part(part: Value) -> Value {
    let Value::Object(mut it) = part else { return block::other("no type", part) };
    let kind = text(&mut it, "type").unwrap_or_else(|| "no type".into());
    match kind.as_str() {
        "text" => block::text(text(&mut it, "text").unwrap_or_default()),
        "image" => image(&mut it),
        "resource" => {
            let inside = it.get("resource").and_then(|it| it.get("text")?.as_str());
            let inside = inside.map(block::text);
            inside.unwrap_or_else(|| block::other(&kind, Value::Object(it)))
        }
        _ => block::other(&kind, Value::Object(it)),
    }
}

fn notice(kind: &str, mut it: Object) -> Value {
    let said = text(&mut it, "msg");
    match kind {
        "conversationCompacted" => block::notice("compaction", json!({ "text": said })),
        "systemNotification" => {
            let kind = text(&mut it, "notificationType").unwrap_or_default();
            block::notice("notification", json!({ "kind": kind, "text": said }))
        }
        _ => block::notice(kind, json!({ "text": said })),
    }
}
