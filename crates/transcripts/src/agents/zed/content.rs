//! What a message says: parts such as `{"Text": ".."}` and `{"ToolUse": {..}}`.

use driftline_core::Value;
use driftline_messages::block;

use crate::{
    Object,
    fields::{is, object, text},
    tool::{hint, verb},
};

/// What a person asked. What they pointed at stands in the middle of it, by its name.
pub(super) fn asked(content: Value) -> Vec<Value> {
    let (mut all, mut said) = (Vec::new(), String::new());
    for part in parts(content) {
        let Value::Object(mut part) = part else { continue };
        if let Some(more) = text(&mut part, "Text") {
            said.push_str(&more);
        } else if let Some(mut mention) = object(&mut part, "Mention") {
            said.push_str(&named(mention.remove("uri").unwrap_or_default()));
        } else if let Some(it) = object(&mut part, "Image") {
            flush(&mut said, &mut all);
            all.push(image(it));
        } else {
            flush(&mut said, &mut all);
            all.push(other(part));
        }
    }
    flush(&mut said, &mut all);
    all
}

fn flush(said: &mut String, all: &mut Vec<Value>) {
    let said = std::mem::take(said);
    if !said.trim().is_empty() {
        all.push(block::text(said));
    }
}

/// What a person pointed at: `{"File": {"abs_path": ".."}}`, `{"Fetch": {"url": ".."}}`.
fn named(uri: Value) -> String {
    let Value::Object(uri) = uri else { return String::new() };
    let Some((kind, fields)) = uri.into_iter().next() else { return String::new() };
    let told = ["abs_path", "path", "url", "name"];
    let told = told.iter().find_map(|it| fields.get(*it)?.as_str());
    format!("@{}", told.unwrap_or(&kind))
}

/// What the agent said.
pub(super) fn said(content: Value) -> Vec<Value> {
    let mut all = Vec::new();
    for part in parts(content) {
        let Value::Object(mut part) = part else { continue };
        if let Some(said) = text(&mut part, "Text") {
            all.push(block::text(said));
        } else if let Some(mut it) = object(&mut part, "Thinking") {
            all.extend(text(&mut it, "text").map(block::thinking));
        } else if part.contains_key("RedactedThinking") {
            all.push(block::sealed());
        } else if let Some(it) = object(&mut part, "ToolUse") {
            all.push(call(it));
        } else if !part.contains_key("Text") {
            all.push(other(part));
        }
    }
    all
}

pub(super) fn call(mut it: Object) -> Value {
    let [id, name] = ["id", "name"].map(|field| text(&mut it, field).unwrap_or_default());
    let input = it.remove("input").unwrap_or_default();
    block::call(&id, &name, verb(&name), hint(&input), input)
}

/// What tools answered, by the call.
pub(super) fn results(results: Value) -> Vec<Value> {
    let Value::Object(results) = results else { return Vec::new() };
    let of = |(id, it): (String, Value)| match it {
        Value::Object(it) => Some(result(&id, it)),
        _ => None,
    };
    results.into_iter().filter_map(of).collect()
}

pub(super) fn result(id: &str, mut it: Object) -> Value {
    let failed = is(&it, "is_error");
    let mut blocks: Vec<_> =
        parts(it.remove("content").unwrap_or_default()).into_iter().map(told).collect();
    let output = match blocks.as_mut_slice() {
        [only] => only.get("text").cloned(),
        _ => None,
    };
    block::result(id, output.unwrap_or_else(|| blocks.into()), failed)
}

/// A part of an answer, in the shapes that versions gave it.
fn told(part: Value) -> Value {
    let mut part = match part {
        Value::String(said) => return block::text(said),
        Value::Object(part) => part,
        other => return block::other("no type", other),
    };
    let said = text(&mut part, "Text").or_else(|| text(&mut part, "text"));
    if let Some(said) = said {
        return block::text(said);
    }
    match object(&mut part, "Image").or_else(|| object(&mut part, "image")) {
        Some(it) => image(it),
        None if part.contains_key("Text") => block::text(""),
        None => other(part),
    }
}

/// An image, which Zed keeps as PNG whatever it was.
fn image(mut it: Object) -> Value {
    block::image("image/png", text(&mut it, "source").unwrap_or_default())
}

fn parts(content: Value) -> Vec<Value> {
    match content {
        Value::Null => Vec::new(),
        Value::Array(parts) => parts,
        one => vec![one],
    }
}

fn other(part: Object) -> Value {
    let kind = part.keys().next().cloned().unwrap_or_else(|| "no type".into());
    block::other(&kind, Value::Object(part))
}
