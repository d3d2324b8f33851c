//! What the person sees of an answer: texts, references in them, thoughts, calls of tools.

use driftline_core::Value;
use driftline_messages::block;
use serde_json::json;

use crate::{
    Object, editors,
    fields::{is, object, text},
    tool::{self, verb},
};

/// Parts that only say how the editor shows the others, or what it offers beside them.
const NOISE: &[&str] = &[
    "undoStop",
    "codeblockUri",
    "prepareToolInvocation",
    "mcpServersStarting",
    "progressMessage",
    "progressTaskSerialized",
    "command",
    "confirmation",
    "elicitation",
    "elicitationSerialized",
    "extensions",
    "clearToPreviousToolInvocation",
    "multiDiffData",
    "questionCarousel",
    "treeData",
    "pullRequest",
    "hook",
    "workspaceEdit",
];

/// What the agent said and called, and what the tools said.
pub(super) fn blocks(parts: Vec<Value>) -> (Vec<Value>, Vec<Value>) {
    let (mut own, mut answers, mut said) = (Vec::new(), Vec::new(), String::new());
    for part in parts {
        let Value::Object(mut part) = part else { continue };
        let kind = text(&mut part, "kind").unwrap_or_default();
        // A reference stands in the middle of a sentence.
        match kind.as_str() {
            "" | "markdownContent" | "markdownVuln" => said.push_str(&markdown(part)),
            "inlineReference" => said.push_str(&reference(part)),
            it if NOISE.contains(&it) => (),
            _ => {
                flush(&mut said, &mut own);
                other(&kind, part, &mut own, &mut answers);
            }
        }
    }
    flush(&mut said, &mut own);
    (own, answers)
}

fn flush(said: &mut String, own: &mut Vec<Value>) {
    let said = std::mem::take(said);
    if !said.trim().is_empty() {
        own.push(block::text(said));
    }
}

/// A text, which may be `{"value": ..}` or a list of texts.
pub(super) fn joined(value: Value) -> String {
    match value {
        Value::String(said) => said,
        Value::Array(parts) => {
            let parts = parts.into_iter().filter_map(|it| it.as_str().map(str::to_owned));
            parts.collect::<Vec<_>>().concat()
        }
        Value::Object(mut it) => text(&mut it, "value").unwrap_or_default(),
        _ => String::new(),
    }
}

fn markdown(mut part: Object) -> String {
    let content = part.remove("content").or_else(|| part.remove("value"));
    joined(content.unwrap_or_default())
}

/// A file or a symbol, by its name.
fn reference(mut part: Object) -> String {
    let name = text(&mut part, "name");
    let mut target = object(&mut part, "inlineReference").unwrap_or_default();
    let name = name.or_else(|| text(&mut target, "name"));
    let path = |it: &Object| it.get("path").and_then(Value::as_str).map(str::to_owned);
    let file = || path(&target).or_else(|| path(target.get("uri")?.as_object()?));
    let last = |it: String| it.rsplit('/').next().unwrap_or_default().to_owned();
    name.or_else(|| file().map(last)).map(|it| format!("`{it}`")).unwrap_or_default()
}

fn other(kind: &str, mut part: Object, own: &mut Vec<Value>, answers: &mut Vec<Value>) {
    match kind {
        "thinking" => {
            let said = joined(part.remove("value").unwrap_or_default());
            own.extend((!said.is_empty()).then(|| block::thinking(said)));
        }
        "toolInvocationSerialized" | "toolInvocation" => {
            let (call, answer) = invocation(part);
            own.push(call);
            answers.extend(answer);
        }
        "warning" => {
            let said = markdown(part);
            own.push(block::notice("warning", json!({ "text": said })));
        }
        "textEditGroup" | "notebookEditGroup" => {
            let uri = part.get("uri").and_then(|it| it.get("path")?.as_str());
            let path = uri.map(editors::path).unwrap_or_default();
            own.push(block::notice("edit", json!({ "path": path })));
        }
        _ => own.push(block::other(kind, Value::Object(part))),
    }
}

/// A call as the editor shows it, and what is known of its answer: not what the model was
/// told, but what the person was.
fn invocation(mut part: Object) -> (Value, Option<Value>) {
    let [id, name] = ["toolCallId", "toolId"].map(|it| text(&mut part, it).unwrap_or_default());
    let shown = joined(part.remove("invocationMessage").unwrap_or_default());
    let past = joined(part.remove("pastTenseMessage").unwrap_or_default());
    let mut data = object(&mut part, "toolSpecificData").unwrap_or_default();
    let line = object(&mut data, "commandLine").and_then(|mut it| {
        text(&mut it, "userEdited")
            .or_else(|| text(&mut it, "toolEdited"))
            .or_else(|| text(&mut it, "original"))
    });
    let input = match line.or_else(|| text(&mut data, "command")) {
        Some(line) => json!({ "command": line }),
        None => data.remove("rawInput").unwrap_or_default(),
    };
    let told = tool::hint(&input);
    let hint = if told.is_empty() { tool::hint(&shown.into()) } else { told };
    // Its tools are called `copilot_readFile`.
    let own = name.strip_prefix("copilot_").unwrap_or(&name);
    let call = block::call(&id, &name, verb(own), hint, input);

    let error = text(&mut part, "resultError");
    let mut details = object(&mut part, "resultDetails").unwrap_or_default();
    let failed = error.is_some() || is(&details, "isError");
    let output = match details.remove("output") {
        Some(Value::Array(parts)) => {
            let said =
                parts.into_iter().filter_map(|it| it.get("value")?.as_str().map(str::to_owned));
            said.collect::<Vec<_>>().join("\n")
        }
        _ => String::new(),
    };
    let said = [output, error.unwrap_or_default(), past].into_iter().find(|it| !it.is_empty());
    let done = is(&part, "isComplete") && said.is_some();
    (call, done.then(|| block::result(&id, said.unwrap_or_default().into(), failed)))
}
