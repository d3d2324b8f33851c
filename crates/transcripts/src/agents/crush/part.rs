//! One part of a message: `{"type": .., "data": {..}}`.

use driftline_core::Value;
use driftline_messages::block;
use serde_json::json;

use crate::{
    Object,
    fields::{is, object, text},
    tool::{hint, verb},
};

/// What a part says.
#[derive(Default)]
pub(super) struct Part {
    pub(super) block: Option<Value>,
    /// The folder in which a tool ran.
    pub(super) folder: Option<String>,
    /// Whether it is a command that a person ran.
    pub(super) is_command: bool,
    /// Whether it says how the message ended.
    pub(super) ends: bool,
}

impl From<Option<Value>> for Part {
    fn from(block: Option<Value>) -> Self {
        Self { block, ..Self::default() }
    }
}

impl Part {
    pub(super) fn of(part: Value) -> Self {
        let Value::Object(mut part) = part else { return Some(block::other("part", part)).into() };
        let kind = text(&mut part, "type").unwrap_or_else(|| "(no type)".into());
        let Some(mut data) = object(&mut part, "data") else {
            return Some(block::other(&kind, Value::Object(part))).into();
        };
        match kind.as_str() {
            "text" => text(&mut data, "text").map(block::text).into(),
            "reasoning" => Some(thought(&mut data)).into(),
            "tool_call" => Some(call(&mut data)).into(),
            "tool_result" => answer(&mut data),
            "image_url" => Some(image(&text(&mut data, "url").unwrap_or_default())).into(),
            "binary" => Some(file(&mut data)).into(),
            "shell_command" => Self { is_command: true, ..Some(command(&mut data)).into() },
            "finish" => Self { ends: true, ..end(&mut data).into() },
            _ => Some(block::other(&kind, Value::Object(data))).into(),
        }
    }
}

fn thought(data: &mut Object) -> Value {
    text(data, "thinking").map_or_else(block::sealed, block::thinking)
}

fn call(data: &mut Object) -> Value {
    let [id, name] = ["id", "name"].map(|it| text(data, it).unwrap_or_default());
    let input = text(data, "input").unwrap_or_default();
    let input = serde_json::from_str(&input).unwrap_or(Value::String(input));
    block::call(&id, &name, verb(&name), hint(&input), input)
}

fn answer(data: &mut Object) -> Part {
    let call = text(data, "tool_call_id").unwrap_or_default();
    let said = text(data, "content").unwrap_or_default();
    let output = match (text(data, "data"), text(data, "mime_type")) {
        (Some(bytes), Some(kind)) if kind.starts_with("image/") => {
            Value::from(vec![block::text(said), block::image(&kind, bytes)])
        }
        _ => said.into(),
    };
    // What some tools tell the program of themselves, as JSON.
    let meta = text(data, "metadata").and_then(|it| serde_json::from_str::<Value>(&it).ok());
    let folder = meta.and_then(|it| Some(it.get("working_directory")?.as_str()?.to_owned()));
    let block = Some(block::result(&call, output, is(data, "is_error")));
    Part { folder: folder.filter(|it| !it.is_empty()), ..block.into() }
}

/// An image in an address of its own: `data:image/png;base64,…`.
fn image(url: &str) -> Value {
    let inside = url.strip_prefix("data:").and_then(|it| it.split_once(";base64,"));
    let (media_type, data) = inside.unwrap_or_default();
    block::image(media_type, data)
}

/// A file that was sent along: the bytes of an image, and what any other is called.
fn file(data: &mut Object) -> Value {
    let [kind, path] = ["MIMEType", "Path"].map(|it| text(data, it).unwrap_or_default());
    if kind.starts_with("image/") {
        return block::image(&kind, text(data, "Data").unwrap_or_default());
    }
    block::other("file", json!({ "path": path, "mime": kind }))
}

fn command(data: &mut Object) -> Value {
    let [command, output] = ["command", "output"].map(|it| text(data, it).unwrap_or_default());
    block::text(format!("! {command}\n{output}"))
}

/// How a message ended, where that is not the usual way.
fn end(data: &mut Object) -> Option<Value> {
    let reason = text(data, "reason").unwrap_or_default();
    match reason.as_str() {
        "canceled" => Some(block::notice("interrupted", Value::Null)),
        "error" | "content_filter" => {
            let [name, told] = ["message", "details"].map(|it| text(data, it));
            let name = name.unwrap_or(reason);
            Some(block::notice("error", json!({ "name": name, "text": told })))
        }
        _ => None,
    }
}
