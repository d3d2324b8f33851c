//! One message of ChatGPT's: what it says, and to whom.

use driftline_core::{Millis, Value};
use driftline_messages::block;

use crate::{
    Object, Role,
    fields::{is, object, text},
    time,
    tool::{hint, verb},
};

/// What a message says. Which one it follows is not known yet.
pub(super) struct Said {
    pub(super) kind: String,
    pub(super) time: Option<Millis>,
    pub(super) model: Option<String>,
    pub(super) role: Role,
    pub(super) prompt: Option<bool>,
    pub(super) finished: bool,
    /// Whether it calls a tool.
    pub(super) calls: bool,
    /// Whether it is what a tool said that failed.
    pub(super) failed: bool,
    pub(super) blocks: Vec<Value>,
}

impl Said {
    /// Of the message that is called `name`. None: it says nothing to anybody.
    pub(super) fn of(mut message: Object, name: &str) -> Option<Self> {
        let mut author = object(&mut message, "author").unwrap_or_default();
        let mut content = object(&mut message, "content").unwrap_or_default();
        let mut meta = object(&mut message, "metadata").unwrap_or_default();
        let kind = text(&mut content, "content_type").unwrap_or_else(|| "(no type)".into());
        let to = text(&mut message, "recipient").filter(|it| it != "all");
        let by = text(&mut author, "role").unwrap_or_default();
        let failed = kind == "system_error";

        let mut blocks = blocks(&kind, content);
        let (role, prompt) = match by.as_str() {
            // What the service tells the model, and what the person told it once for all.
            "system" => return None,
            // The service says something in the person's name.
            "user" if is(&meta, "is_visually_hidden_from_conversation") => {
                (Role::Meta, Some(false))
            }
            "user" => {
                blocks.extend(attached(&mut meta));
                (Role::User, Some(true))
            }
            "assistant" => (Role::Assistant, None),
            "tool" => (Role::Tool, None),
            _ => (Role::Other, None),
        };
        let calls = role == Role::Assistant && to.is_some();
        if let (true, Some(tool)) = (calls, &to) {
            blocks = vec![call(name, tool, &blocks)];
        }
        if blocks.is_empty() {
            return None;
        }
        if role == Role::Other {
            blocks = vec![block::other(&by, blocks.into())];
        }
        let status = text(&mut message, "status");
        Some(Self {
            kind,
            time: message.get("create_time").and_then(Value::as_f64).and_then(time::seconds),
            model: text(&mut meta, "model_slug").filter(|_| role == Role::Assistant),
            role,
            prompt,
            finished: status.is_none_or(|it| it != "in_progress"),
            calls,
            failed,
            blocks,
        })
    }
}

/// What is said to a tool: mostly JSON, or code.
fn call(id: &str, tool: &str, blocks: &[Value]) -> Value {
    let said: Vec<_> = blocks.iter().filter_map(|it| it.get("text")?.as_str()).collect();
    let said = said.join("\n");
    let input = match serde_json::from_str(&said) {
        Ok(input @ Value::Object(_)) => input,
        _ => said.into(),
    };
    block::call(id, tool, verb(tool), hint(&input), input)
}

fn blocks(kind: &str, mut content: Object) -> Vec<Value> {
    match kind {
        "text" | "multimodal_text" => parts(&mut content),
        "thoughts" => thoughts(&mut content),
        "code" | "execution_output" | "system_error" | "citable_code_output" => {
            text(&mut content, "text").map(block::text).into_iter().collect()
        }
        "tether_quote" | "sonic_webpage" => {
            let lines =
                ["title", "url", "text"].into_iter().filter_map(|it| text(&mut content, it));
            let lines = lines.collect::<Vec<_>>().join("\n");
            (!lines.is_empty()).then(|| block::text(lines)).into_iter().collect()
        }
        "tether_browsing_display" => {
            let said = ["result", "summary"].into_iter().find_map(|it| text(&mut content, it));
            said.map(block::text).into_iter().collect()
        }
        // How long it thought; and what the person, or the model, told once for all.
        "reasoning_recap" | "user_editable_context" | "model_editable_context" => Vec::new(),
        _ if content.is_empty() => Vec::new(),
        _ => vec![block::other(kind, Value::Object(content))],
    }
}

fn parts(content: &mut Object) -> Vec<Value> {
    let Some(Value::Array(parts)) = content.remove("parts") else { return Vec::new() };
    parts.into_iter().filter_map(part).collect()
}

fn part(part: Value) -> Option<Value> {
    let mut part = match part {
        Value::String(said) => return (!said.is_empty()).then(|| block::text(said)),
        Value::Object(part) => part,
        Value::Null => return None,
        other => return Some(block::other("part", other)),
    };
    let kind = text(&mut part, "content_type").unwrap_or_else(|| "part".into());
    match kind.as_str() {
        // The image is in a file of its own.
        "image_asset_pointer" => Some(block::image("", "")),
        "audio_transcription" => text(&mut part, "text").map(block::text),
        _ => Some(block::other(&kind, Value::Object(part))),
    }
}

fn thoughts(content: &mut Object) -> Vec<Value> {
    let Some(Value::Array(thoughts)) = content.remove("thoughts") else { return Vec::new() };
    let one = |it: Value| {
        let Value::Object(mut it) = it else { return None };
        let said = ["summary", "content"].into_iter().filter_map(|field| text(&mut it, field));
        let said = said.collect::<Vec<_>>().join("\n\n");
        (!said.is_empty()).then(|| block::thinking(said))
    };
    thoughts.into_iter().filter_map(one).collect()
}

/// Files that were sent along. An image is a part of the message, too.
fn attached(meta: &mut Object) -> Vec<Value> {
    let Some(Value::Array(files)) = meta.remove("attachments") else { return Vec::new() };
    let one = |file: Value| {
        let Value::Object(mut file) = file else { return None };
        let media_type = file.get("mime_type").and_then(Value::as_str).unwrap_or_default();
        if media_type.starts_with("image/") {
            return None;
        }
        file.retain(|field, _| ["name", "mime_type", "size"].contains(&field.as_str()));
        Some(block::other("file", Value::Object(file)))
    };
    files.into_iter().filter_map(one).collect()
}
